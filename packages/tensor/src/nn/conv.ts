import { fold, type Key } from "../random.js";
import { type Tensor, type Tensor4D, tf, type Variable } from "../tf.js";
import { fanInInit, type Initializer } from "./init.js";
import { Module, parameter } from "./module.js";

/** Shape of a convolution, and its first values. */
export interface Conv2dOptions {
  readonly inputs: number;
  readonly outputs: number;
  /** Side of the square kernel. */
  readonly kernel: number;
  readonly stride?: number;
  /** Zero padding: the same on every side, or per side. Default: (kernel - 1) / 2. */
  readonly padding?: number | { top: number; bottom: number; left: number; right: number };
  readonly bias?: boolean;
  readonly init?: Initializer;
  readonly key: Key;
}

/** 2-D convolution, channels last: [B, H, W, inputs] → [B, H', W', outputs]. */
export class Conv2d extends Module {
  /** [kernel, kernel, inputs, outputs] (PyTorch keeps [outputs, inputs, kernel, kernel]). */
  readonly kernel: Variable;
  /** [outputs] */
  readonly bias?: Variable;
  readonly #stride: number;
  readonly #padding: { top: number; bottom: number; left: number; right: number };

  constructor(options: Conv2dOptions) {
    super();
    const { inputs, outputs, kernel, stride = 1, bias = true, key } = options;
    const padding = options.padding ?? Math.floor((kernel - 1) / 2);
    const fanIn = inputs * kernel * kernel;
    const init = options.init ?? fanInInit(fanIn);
    const shape = [kernel, kernel, inputs, outputs];
    this.kernel = parameter(init(fold(key, "kernel"), shape), shape);
    if (bias) this.bias = parameter(fanInInit(fanIn)(fold(key, "bias"), [outputs]), [outputs]);
    this.#stride = stride;
    this.#padding =
      typeof padding === "number"
        ? { top: padding, bottom: padding, left: padding, right: padding }
        : padding;
  }

  call(x: Tensor): Tensor {
    const { top, bottom, left, right } = this.#padding;
    const y = tf.conv2d(
      x as Tensor4D,
      this.kernel as unknown as Tensor4D,
      this.#stride,
      [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ],
      "NHWC",
      1,
    );
    return this.bias ? tf.add(y, this.bias) : y;
  }
}

/** Nearest-neighbour upsampling by a whole factor: [B, H, W, C] → [B, fH, fW, C]. */
export function upsampleNearest(x: Tensor, factor = 2): Tensor {
  const [, height, width] = x.shape as [number, number, number, number];
  return tf.image.resizeNearestNeighbor(x as Tensor4D, [height * factor, width * factor]);
}
