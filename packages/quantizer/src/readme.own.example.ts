import {
  checkLatents,
  defineQuantizer,
  type Quantizer,
  quantizers,
  stopGradient,
} from "@fqgan/quantizer";
import { nn, type Tensor1D, type Tensor2D, tf } from "@fqgan/tensor";
import { z } from "zod";

/** Whole numbers from 0 to size - 1. */
class Grid extends nn.Module implements Quantizer {
  readonly dimensions = 1;
  readonly size: number;

  constructor(size: number) {
    super();
    this.size = size;
  }

  quantize(latents: Tensor2D) {
    checkLatents("grid", latents, 1);
    const codes = tf.round(tf.clipByValue(stopGradient(latents), 0, this.size - 1));
    const indices = tf.cast(tf.reshape(codes, [-1]), "int32") as Tensor1D; // [N]
    return { latents, codes, indices, losses: {} };
  }

  lookup(indices: Tensor1D) {
    return tf.reshape(tf.cast(indices, "float32"), [-1, 1]) as Tensor2D; // [N, 1]
  }
}

export const grid = quantizers.register(
  defineQuantizer({
    name: "grid",
    summary: "The nearest whole number",
    reference: "https://example.org/grid",
    options: { size: z.int().min(2).default(16) },
    example: { size: 4 },
    create: ({ size }) => new Grid(size),
  }),
);
