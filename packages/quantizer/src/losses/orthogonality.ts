/**
 * Orthogonal codebooks, https://arxiv.org/abs/2112.00384: codes are pushed apart in direction.
 */
import { type Scalar, type Tensor2D, tf } from "@fqgan/tensor";
import { normalizeRows } from "../normalize.js";

/**
 * weight · ‖Ê Êᵀ - I‖² / K² for the normalised codes Ê [K, D]. It is computed as (‖Êᵀ Ê‖² - K) / K²,
 * which is the same number by way of a [D, D] matrix in place of a [K, K] one.
 */
export function orthogonalityLoss(codebook: Tensor2D, weight: number): Scalar {
  const size = codebook.shape[0];
  const rows = normalizeRows(codebook);
  const squares = tf.sum(tf.square(tf.matMul(rows, rows, true, false)));
  return tf.mul(tf.sub(squares, size), weight / size ** 2);
}
