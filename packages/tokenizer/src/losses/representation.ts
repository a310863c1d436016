import { type Scalar, type Tensor, tf } from "@fqgan/tensor";

/**
 * InfoNCE (van den Oord et al., arXiv 1807.03748) as FQGAN uses it: each predicted vector should be
 * most like the teacher's vector of the same image among those of the batch. Cosines are the logits
 * (temperature 1), so the loss stays above log(1 + (B - 1)·e⁻²).
 *
 * @param predicted [B, F]
 * @param target [B, F], given
 */
export function representationLoss(predicted: Tensor, target: Tensor): Scalar {
  const unit = (x: Tensor) => tf.div(x, tf.norm(x, "euclidean", 1, true));
  const cosines = tf.matMul(unit(predicted), unit(target), false, true) as Tensor; // [B, B]
  const batch = cosines.shape[0]!;
  const matching = tf.sum(tf.mul(cosines, tf.eye(batch)), 1); // [B]
  return tf.mean(tf.sub(tf.logSumExp(cosines, 1), matching));
}
