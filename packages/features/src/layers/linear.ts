import { nn, type Tensor, type Tensor2D, tf, type Variable } from "@fqgan/tensor";
import type { StateDict } from "../checkpoint/state-dict.js";
import { transposed } from "./layout.js";

/** A linear layer that is never trained, from `<name>.weight` and `<name>.bias`: [..., I] → [..., O]. */
export class FrozenLinear extends nn.Module {
  /** [inputs, outputs] */
  readonly kernel: Variable;
  /** [outputs] */
  readonly bias: Variable;

  constructor(
    weights: StateDict,
    names: { readonly weight: string; readonly bias: string },
    { inputs, outputs }: { readonly inputs: number; readonly outputs: number },
  ) {
    super();
    const weight = weights.take(names.weight, [outputs, inputs]);
    this.kernel = nn.buffer(transposed(weight, outputs, inputs), [inputs, outputs]);
    this.bias = nn.buffer(weights.take(names.bias, [outputs]), [outputs]);
  }

  call(x: Tensor): Tensor {
    const [inputs, outputs] = this.kernel.shape as [number, number];
    const rows = tf.reshape(x, [-1, inputs]) as Tensor2D;
    const y = tf.add(tf.matMul(rows, this.kernel as unknown as Tensor2D), this.bias);
    return tf.reshape(y, [...x.shape.slice(0, -1), outputs]);
  }
}
