/**
 * Straight-through estimation (Bengio et al., https://arxiv.org/abs/1308.3432): the decoder sees the
 * code, its gradient reaches the latent as if nothing had been rounded.
 */
import { type Tensor, type Tensor2D, tf } from "@fqgan/tensor";

/** The same values, through which no gradient flows back. */
export function stopGradient<T extends Tensor>(x: T): T {
  // A taped operation without inputs: whatever lies behind it is not part of the derivative.
  return tf.customGrad(() => ({ value: tf.clone(x), gradFunc: () => [] }))() as T;
}

/** Joins a latent and its code into what the decoder sees: both [N, D] → [N, D]. */
export type GradientEstimator = (choice: {
  readonly latents: Tensor2D;
  readonly codes: Tensor2D;
}) => Tensor2D;

/**
 * The code's value with the latent's gradient. The value is the code to the last bit: the usual
 * `latent + stopGradient(code - latent)` is off by its rounding, so that decoding indices would give
 * another image than the forward pass.
 */
export const straightThrough: GradientEstimator = ({ latents, codes }) =>
  tf.customGrad((_latents) => ({ value: tf.clone(codes), gradFunc: (dy: Tensor) => dy }))(
    latents,
  ) as Tensor2D;
