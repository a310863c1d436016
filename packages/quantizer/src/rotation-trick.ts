/**
 * The rotation trick, https://arxiv.org/abs/2410.06424: the code is written as a rotation and scaling of
 * its latent, and the decoder's gradient is rotated and scaled back with them.
 */
import { type Tensor2D, tf } from "@fqgan/tensor";
import { type GradientEstimator, stopGradient } from "./straight-through.js";

/**
 * With u = e/‖e‖, q̂ = q/‖q‖, w = (u + q̂)/‖u + q̂‖, all held constant: ‖q‖/‖e‖ · (e - 2(e·w)w + 2(e·u)q̂),
 * which is q at e.
 */
export const rotationTrick: GradientEstimator = ({ latents, codes }) => {
  const e = stopGradient(latents);
  const q = stopGradient(codes);
  const [lengthE, lengthQ] = [rowLengths(e), rowLengths(q)];
  const u = tf.div(e, lengthE) as Tensor2D;
  const target = tf.div(q, lengthQ) as Tensor2D;
  const sum = tf.add(u, target) as Tensor2D;
  const w = tf.div(sum, rowLengths(sum)) as Tensor2D;
  const along = (direction: Tensor2D) => tf.sum(tf.mul(latents, direction), 1, true); // [N, 1]
  const reflected = tf.sub(latents, tf.mul(tf.mul(along(w), w), 2));
  const rotated = tf.add(reflected, tf.mul(tf.mul(along(u), target), 2));
  return tf.mul(rotated, tf.div(lengthQ, lengthE));
};

/** ‖x‖ of each row, at least 1e-6: [N, D] → [N, 1]. */
function rowLengths(x: Tensor2D): Tensor2D {
  return tf.maximum(tf.sqrt(tf.sum(tf.square(x), 1, true)), 1e-6);
}
