import { nn, type Tensor, type Tensor2D, tf, type Variable } from "@fqgan/tensor";
import type { AffineMap } from "./least-squares.js";
import type { PrincipalAxes } from "./principal-axes.js";

/**
 * Affine maps into a quantizer's space and back, started at the principal axes: latents enter with mean
 * 0 and variance 1 along each, which is the scale that scalar quantizers expect.
 */
export class Projection extends nn.Module {
  /** [D, d] and [d] */
  readonly inward: Variable;
  readonly inwardBias: Variable;
  /** [d, D] and [D] */
  readonly outward: Variable;
  readonly outwardBias: Variable;

  constructor({ mean, axes, variances }: PrincipalAxes, dimensions: number) {
    super();
    const size = mean.length;
    const inward = new Float32Array(size * dimensions);
    const outward = new Float32Array(dimensions * size);
    const bias = new Float32Array(dimensions);
    for (let d = 0; d < dimensions; d++) {
      // Dimensions beyond the data's start on its axes again.
      const axis = axes[d % size]!;
      const deviation = Math.max(Math.sqrt(variances[d % size]!), 1e-6);
      const copies = Math.floor((dimensions - 1 - (d % size)) / size) + 1;
      for (let i = 0; i < size; i++) {
        inward[i * dimensions + d] = axis[i]! / deviation;
        outward[d * size + i] = (axis[i]! * deviation) / copies;
        bias[d]! -= (mean[i]! * axis[i]!) / deviation;
      }
    }
    this.inward = nn.parameter(inward, [size, dimensions]);
    this.inwardBias = nn.parameter(bias, [dimensions]);
    this.outward = nn.parameter(outward, [dimensions, size]);
    this.outwardBias = nn.parameter(Float32Array.from(mean), [size]);
  }

  /** Puts another map in the place of the one out. */
  setOutward({ matrix, bias }: AffineMap): void {
    tf.tidy(() => {
      this.outward.assign(tf.tensor(matrix, this.outward.shape));
      this.outwardBias.assign(tf.tensor(bias, this.outwardBias.shape));
    });
  }

  /** [N, D] → [N, d] */
  enter(latents: Tensor): Tensor2D {
    return tf.add(tf.matMul(latents, this.inward), this.inwardBias);
  }

  /** [N, d] → [N, D] */
  leave(codes: Tensor): Tensor2D {
    return tf.add(tf.matMul(codes, this.outward), this.outwardBias);
  }
}
