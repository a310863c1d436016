import { nn, type Tensor, tf } from "@fqgan/tensor";
import type { StateDict } from "../checkpoint/state-dict.js";
import { FrozenConvolution, type Pair } from "../layers/convolution.js";

/** Added to the variance: TensorFlow's, not PyTorch's 1e-5. */
const EPSILON = 1e-3;

/** A convolution with batch norm and ReLU. */
export interface UnitShape {
  /** Below the block's name: `branch7x7_2`. */
  readonly name: string;
  readonly outputs: number;
  readonly kernel: Pair;
  readonly stride: number;
  readonly padding: Pair;
}

/** Sides stay unless it halves, which it does without padding. */
export const unitShape = (
  name: string,
  outputs: number,
  kernel: Pair = [1, 1],
  { stride = 1, padded = stride === 1 }: { stride?: number; padded?: boolean } = {},
): UnitShape => ({
  name,
  outputs,
  kernel,
  stride,
  padding: padded ? [(kernel[0] - 1) / 2, (kernel[1] - 1) / 2] : [0, 0],
});

/** Convolution, batch norm with its stored statistics, ReLU; the norm is folded into the convolution. */
export class Unit extends nn.Module {
  readonly convolution: FrozenConvolution;

  /** @param name its PyTorch name: `Mixed_5b.branch1x1` */
  constructor(
    weights: StateDict,
    { name, inputs, ...shape }: UnitShape & { readonly inputs: number },
  ) {
    super();
    const { outputs, kernel } = shape;
    const weight = weights.take(`${name}.conv.weight`, [outputs, inputs, ...kernel]);
    const vector = (part: string) => weights.take(`${name}.bn.${part}`, [outputs]);
    this.convolution = new FrozenConvolution(
      { inputs, ...shape },
      folded(weight, {
        scale: vector("weight"),
        shift: vector("bias"),
        mean: vector("running_mean"),
        variance: vector("running_var"),
      }),
    );
  }

  /** [B, H, W, inputs] → [B, H', W', outputs] */
  call(x: Tensor): Tensor {
    return tf.relu(this.convolution.call(x));
  }
}

/** (w·x - mean)/√(variance + ε)·scale + shift as one convolution; in float64, rounded once. */
function folded(
  weight: Float32Array,
  norm: Readonly<Record<"scale" | "shift" | "mean" | "variance", Float32Array>>,
): { weight: Float32Array; bias: Float32Array } {
  const { scale, shift, mean, variance } = norm;
  const gain = Float64Array.from(scale, (s, o) => s / Math.sqrt(variance[o]! + EPSILON));
  const length = weight.length / gain.length;
  return {
    weight: weight.map((w, i) => w * gain[Math.floor(i / length)]!),
    bias: Float32Array.from(gain, (g, o) => shift[o]! - mean[o]! * g),
  };
}
