import { nn, type Tensor, type Tensor4D, tf, type Variable } from "@fqgan/tensor";
import { filterFromTorch } from "./layout.js";

export type Pair = readonly [rows: number, columns: number];

export interface ConvolutionOptions {
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: Pair;
  readonly stride?: number;
  /** Zeros on both ends of rows and columns; default: none. */
  readonly padding?: Pair;
}

export interface ConvolutionWeights {
  /** [outputs, inputs, rows, columns], PyTorch's layout */
  readonly weight: Float32Array;
  /** [outputs] */
  readonly bias?: Float32Array;
}

/** A convolution that is never trained: [B, H, W, inputs] → [B, H', W', outputs]. */
export class FrozenConvolution extends nn.Module {
  /** [rows, columns, inputs, outputs] */
  readonly kernel: Variable;
  /** [outputs] */
  readonly bias?: Variable;
  readonly #stride: number;
  readonly #padding: Pair;

  constructor(options: ConvolutionOptions, { weight, bias }: ConvolutionWeights) {
    super();
    const { inputs, outputs, kernel, stride = 1, padding = [0, 0] } = options;
    const [rows, columns] = kernel;
    const filter = filterFromTorch(weight, [outputs, inputs, rows, columns]);
    this.kernel = nn.buffer(filter, [rows, columns, inputs, outputs]);
    if (bias) this.bias = nn.buffer(bias, [outputs]);
    this.#stride = stride;
    this.#padding = padding;
  }

  call(x: Tensor): Tensor {
    const [rows, columns] = this.#padding;
    const y = tf.conv2d(
      x as Tensor4D,
      this.kernel as unknown as Tensor4D,
      this.#stride,
      [
        [0, 0],
        [rows, rows],
        [columns, columns],
        [0, 0],
      ],
      "NHWC",
      1,
    );
    return this.bias ? tf.add(y, this.bias) : y;
  }
}
