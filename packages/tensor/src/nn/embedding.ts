import type { Key } from "../random.js";
import type { Tensor, Variable } from "../tf.js";
import { tf } from "../tf.js";
import { type Initializer, normalInit } from "./init.js";
import { Module, parameter } from "./module.js";

/** Rows of a table by index: int32 [...] → [..., channels]. */
export class Embedding extends Module {
  /** [count, channels] */
  readonly table: Variable;

  constructor(options: { count: number; channels: number; init?: Initializer; key: Key }) {
    super();
    const { count, channels, init = normalInit(0.02), key } = options;
    this.table = parameter(init(key, [count, channels]), [count, channels]);
  }

  call(indices: Tensor): Tensor {
    return tf.gather(this.table, indices as tf.Tensor1D);
  }
}
