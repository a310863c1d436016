import { fold, type Key } from "../random.js";
import { type Tensor, tf, type Variable } from "../tf.js";
import { constantInit, fanInInit, type Initializer } from "./init.js";
import { Module, parameter } from "./module.js";

/** Shape of a linear map, and its first values. */
export interface LinearOptions {
  readonly inputs: number;
  readonly outputs: number;
  readonly bias?: boolean;
  readonly init?: Initializer;
  readonly biasInit?: Initializer;
  readonly key: Key;
}

/** y = x·kernel + bias over the last axis: [..., inputs] → [..., outputs]. */
export class Linear extends Module {
  /** [inputs, outputs] (PyTorch keeps the transpose). */
  readonly kernel: Variable;
  /** [outputs] */
  readonly bias?: Variable;

  constructor({ inputs, outputs, bias = true, init, biasInit, key }: LinearOptions) {
    super();
    const initKernel = init ?? fanInInit(inputs);
    const initBias = biasInit ?? (init ? constantInit(0) : fanInInit(inputs));
    this.kernel = parameter(initKernel(fold(key, "kernel"), [inputs, outputs]), [inputs, outputs]);
    if (bias) this.bias = parameter(initBias(fold(key, "bias"), [outputs]), [outputs]);
  }

  call(x: Tensor): Tensor {
    const inputs = this.kernel.shape[0]!;
    const flat = x.rank === 2 ? x : tf.reshape(x, [-1, inputs]); // [N, inputs]
    const product = tf.matMul(flat as tf.Tensor2D, this.kernel as unknown as tf.Tensor2D);
    const y = this.bias ? tf.add(product, this.bias) : product;
    return x.rank === 2 ? y : tf.reshape(y, [...x.shape.slice(0, -1), this.kernel.shape[1]!]);
  }
}
