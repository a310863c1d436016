import { type Tensor, tf } from "../tf.js";
import { hasKernel, runKernels } from "./fused.js";

export interface GroupNormOptions {
  readonly groups: number;
  /** Added to the variance. */
  readonly epsilon: number;
}

/**
 * Group normalisation (Wu & He, arXiv 1803.08494) with an affine per channel: x is [B, H, W, C], scale
 * and shift are [C]; statistics are over H, W and the channels of a group.
 */
export function groupNorm(
  x: Tensor,
  scale: Tensor,
  shift: Tensor,
  { groups, epsilon }: GroupNormOptions,
): Tensor {
  if (hasKernel("GroupNorm"))
    return runKernels("GroupNorm", { x, scale, shift }, { groups, epsilon })[0]!;
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const grouped = tf.reshape(x, [batch, height * width, groups, channels / groups]);
  const mean = tf.mean(grouped, [1, 3], true); // [B, 1, G, 1]
  const centred = tf.sub(grouped, mean);
  const variance = tf.mean(tf.square(centred), [1, 3], true);
  const normalised = tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon)));
  return tf.add(tf.mul(tf.reshape(normalised, x.shape), scale), shift);
}

// The kernel also gives the mean and 1/deviation of each image's groups, [B, G], for its gradient.
tf.registerGradient({
  kernelName: "GroupNorm",
  inputsToSave: ["x", "scale"],
  outputsToSave: [false, true, true],
  gradFunc: (dys, saved, attributes) => {
    const [dy] = dys as Tensor[];
    const [x, scale, mean, rate] = saved as [Tensor, Tensor, Tensor, Tensor];
    const inputs = { dy: dy!, x, scale, mean, rate };
    const gradients = runKernels("GroupNormGrad", inputs, attributes as Record<string, unknown>);
    const [dx, dscale, dshift] = gradients as [Tensor, Tensor, Tensor];
    return { x: () => dx, scale: () => dscale, shift: () => dshift };
  },
});
