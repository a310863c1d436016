import { type Scalar, type Tensor, tf } from "@fqgan/tensor";

const unit = (x: Tensor): Tensor => tf.div(x, tf.norm(x, "euclidean", 1, true));

/**
 * InfoNCE (van den Oord et al., arXiv 1807.03748) as FQGAN uses it: each predicted vector should be
 * most like the teacher's vector of the same image among those of the batch. Cosines are the logits
 * (temperature 1), so the loss stays above log(1 + (B - 1)·e⁻²).
 *
 * @param predicted [B, F]
 * @param target [B, F], given
 */
export function representationLoss(predicted: Tensor, target: Tensor): Scalar {
  const cosines = tf.matMul(unit(predicted), unit(target), false, true) as Tensor; // [B, B]
  const batch = cosines.shape[0]!;
  const matching = tf.sum(tf.mul(cosines, tf.eye(batch)), 1); // [B]
  return tf.mean(tf.sub(tf.logSumExp(cosines, 1), matching));
}

/**
 * 1 − cosine of each predicted vector and the teacher's of the same image, as VQ-KD (BEiT v2, arXiv
 * 2208.06366) reconstructs features.
 *
 * @param predicted [B, F]
 * @param target [B, F], given
 */
export function featureCosineLoss(predicted: Tensor, target: Tensor): Scalar {
  const cosines = tf.sum(tf.mul(unit(predicted), unit(target)), 1); // [B]
  return tf.mean(tf.sub(1, cosines));
}

/** How features that a codebook predicts are compared with its teacher's. */
export const representationLosses = {
  contrastive: representationLoss,
  cosine: featureCosineLoss,
} as const satisfies Record<string, (predicted: Tensor, target: Tensor) => Scalar>;
