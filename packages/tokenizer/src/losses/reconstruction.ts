import { type Scalar, type Tensor, tf } from "@fqgan/tensor";

/** l1·mean|x − y| + l2·mean (x − y)² over all pixels and channels of [B, H, W, C]. */
export function reconstructionLoss(
  images: Tensor,
  reconstruction: Tensor,
  weights: { l1: number; l2: number },
): Scalar {
  const difference = tf.sub(reconstruction, images);
  const terms: Tensor[] = [];
  if (weights.l1 > 0) terms.push(tf.mul(weights.l1, tf.mean(tf.abs(difference))));
  if (weights.l2 > 0) terms.push(tf.mul(weights.l2, tf.mean(tf.square(difference))));
  return terms.length > 0 ? (tf.addN(terms) as Scalar) : tf.scalar(0);
}

/** Mean over the batch of each image's PSNR in dB; [B, H, W, C] in [-1, 1], clipped there. */
export function batchPsnr(images: Tensor, reconstruction: Tensor): Scalar {
  const difference = tf.sub(tf.clipByValue(reconstruction, -1, 1), images);
  const meanSquare = tf.mean(tf.square(difference), [1, 2, 3]); // [B]
  // The range is 2, so the peak's square is 4; the floor stands for identical images (100 dB).
  const ratio = tf.div(4, tf.maximum(meanSquare, 4e-10));
  return tf.mul(10 / Math.LN10, tf.mean(tf.log(ratio)));
}
