import { type Scalar, type Tensor, tf } from "../tf.js";

/** The L2 norm over all gradients together. */
export function globalNorm(grads: Record<string, Tensor>): Scalar {
  const squares = Object.values(grads).map((gradient) => tf.sum(tf.square(gradient)));
  return tf.sqrt(tf.addN(squares)) as Scalar;
}

/** Scales all gradients so that their global norm is at most `limit` (as torch's clip_grad_norm_). */
export function clipByGlobalNorm(grads: Record<string, Tensor>, limit: number) {
  const norm = globalNorm(grads);
  const coefficient = tf.minimum(tf.div(limit, tf.add(norm, 1e-6)), 1);
  const clipped: Record<string, Tensor> = {};
  for (const [name, gradient] of Object.entries(grads))
    clipped[name] = tf.mul(gradient, coefficient);
  return { grads: clipped, norm };
}
