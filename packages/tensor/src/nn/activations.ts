import { type Tensor, tf } from "../tf.js";

/** Exact GELU, x·Φ(x) with erf (Hendrycks & Gimpel, arXiv 1606.08415). */
export function gelu(x: Tensor): Tensor {
  return tf.mul(x, tf.mul(0.5, tf.add(1, tf.erf(tf.mul(x, Math.SQRT1_2)))));
}
