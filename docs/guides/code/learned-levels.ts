import {
  checkLatents,
  defineQuantizer,
  nearestCodes,
  type QuantizeMode,
  type Quantizer,
  quantizers,
  stopGradient,
} from "@fqgan/quantizer";
import {
  nn,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tf,
  type Variable,
} from "@fqgan/tensor";
import { z } from "zod";

/** FSQ with levels that are learned: each coordinate takes the nearest of L numbers, so codes are L^D. */
class LearnedLevels extends nn.Module implements Quantizer {
  readonly dimensions: number;
  readonly size: number;
  /** [L, 1], from -1 to 1 at first */
  readonly levels: Variable;

  constructor(dimensions: number, count: number) {
    super();
    this.dimensions = dimensions;
    this.size = count ** dimensions;
    const evenly = Float32Array.from({ length: count }, (_, i) => (2 * i) / (count - 1) - 1);
    this.levels = nn.parameter(evenly, [count, 1]);
  }

  quantize(latents: Tensor2D, { training }: QuantizeMode) {
    checkLatents("learned-levels", latents, this.dimensions);
    const column = tf.reshape(latents, [-1, 1]) as Tensor2D; // [N·D, 1]
    const digits = nearestCodes({ latents: column, codebook: this.#levels }); // [N·D]
    const codes = tf.reshape(tf.gather(this.#levels, digits), latents.shape) as Tensor2D; // [N, D]
    const places = tf.mul(tf.reshape(digits, latents.shape), this.#places); // [N, D]
    const indices = tf.cast(tf.sum(places, 1), "int32") as Tensor1D; // [N]
    const error = (a: Tensor, b: Tensor) => tf.mean(tf.squaredDifference(a, b)) as Scalar;
    const losses = training
      ? {
          levels: error(codes, stopGradient(latents)), // moves levels to the coordinates that take them
          commitment: tf.mul(error(latents, stopGradient(codes)), 0.25) as Scalar,
        }
      : {};
    return { latents, codes, indices, losses };
  }

  lookup(indices: Tensor1D) {
    const column = tf.reshape(tf.cast(indices, "float32"), [-1, 1]); // [N, 1]
    const count = this.levels.shape[0]!;
    // Half a step keeps the rounding of a division away from whole numbers.
    const above = tf.floor(tf.div(tf.add(column, 0.5), this.#places)); // [N, D]
    const digits = tf.sub(above, tf.mul(tf.floor(tf.div(tf.add(above, 0.5), count)), count));
    const flat = tf.cast(tf.reshape(digits, [-1]), "int32") as Tensor1D; // [N·D]
    return tf.reshape(tf.gather(this.#levels, flat), [-1, this.dimensions]) as Tensor2D; // [N, D]
  }

  get #levels() {
    return this.levels as unknown as Tensor2D;
  }

  /** What a step of each coordinate adds to the index: 1, L, L², … [D] */
  get #places() {
    const count = this.levels.shape[0]!;
    return tf.tensor1d(Array.from({ length: this.dimensions }, (_, i) => count ** i));
  }
}

export const learnedLevels = quantizers.register(
  defineQuantizer({
    name: "learned-levels",
    summary: "Each coordinate takes the nearest of a few learned numbers",
    reference: "https://arxiv.org/abs/2309.15505", // FSQ, where they are fixed
    options: {
      dimensions: z.int().min(1).max(6).default(4),
      levels: z
        .int()
        .min(2)
        .max(8)
        .default(4)
        .describe("numbers of a coordinate; levels^dimensions codes"),
    },
    example: { dimensions: 3, levels: 4 },
    create: ({ dimensions, levels }) => new LearnedLevels(dimensions, levels),
  }),
);
