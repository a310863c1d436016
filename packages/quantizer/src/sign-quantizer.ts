import { nn, type Scalar, type Tensor1D, type Tensor2D, tf } from "@fqgan/tensor";
import * as z from "zod";
import { wholeNumber } from "./codebook-options.js";
import { type DigitOrder, packDigits, unpackDigits } from "./codes.js";
import { bitEntropies } from "./losses/bit-entropy.js";
import { commitmentLoss } from "./losses/codebook.js";
import { safeLogs } from "./losses/entropy.js";
import { type Normalization, normalizations } from "./normalize.js";
import {
  checkLatents,
  type OptionsOf,
  type Quantized,
  type QuantizeMode,
  type Quantizer,
} from "./quantizer.js";
import { stopGradient } from "./straight-through.js";

/** Names of bit orders: which bit of the index the first coordinate is. */
const bitOrders = {
  "least-significant-first": "first-fastest",
  "most-significant-first": "last-fastest",
} as const satisfies Record<string, DigitOrder>;

/** Options that all binary codes share. */
export const signOptions = {
  /** d: codes have d coordinates of either sign. */
  bits: wholeNumber({
    from: 1,
    to: 31,
    of: "a whole number of bits",
    remedy: "int32 indices hold no more: split more over several codebooks",
  }).default(10),
  bitOrder: z
    .enum(["least-significant-first", "most-significant-first"])
    .default("least-significant-first"),
  /** Weight of the commitment loss. */
  commitment: z.number().nonnegative().default(0.25),
  /** weight · (sample · H(code | latent) - batch · H(mean code)). */
  entropy: z
    .strictObject({
      weight: z.number().nonnegative().default(0.1),
      sample: z.number().nonnegative().default(1),
      batch: z.number().nonnegative().default(1),
      temperature: z.number().positive().default(0.01),
      /** Codes of more bits are treated in groups of so many: see losses/bit-entropy.ts. */
      groupBits: z.int().min(1).max(16).default(9),
      safeLog: z.enum(Object.keys(safeLogs) as (keyof typeof safeLogs)[]).default("offset"),
    })
    .prefault({}),
};

export interface SignQuantizerOptions extends OptionsOf<typeof signOptions> {
  /** For errors. */
  readonly name: string;
  readonly normalize: Normalization;
  /** The magnitude of a code's coordinates. */
  readonly magnitude: number;
}

/** Each coordinate becomes ±magnitude by its sign; d signs are one of 2^d codes. */
export class SignQuantizer extends nn.Module implements Quantizer {
  readonly dimensions: number;
  readonly size: number;
  readonly comparesDirections: boolean;
  readonly #options: SignQuantizerOptions;
  readonly #radices: readonly number[];
  readonly #order: DigitOrder;

  constructor(options: SignQuantizerOptions) {
    super();
    this.dimensions = options.bits;
    this.size = 2 ** options.bits;
    this.comparesDirections = options.normalize === "l2";
    this.#options = options;
    this.#radices = Array.from({ length: options.bits }, () => 2);
    this.#order = bitOrders[options.bitOrder];
  }

  quantize(input: Tensor2D, mode: QuantizeMode): Quantized {
    const { name, normalize } = this.#options;
    checkLatents(name, input, this.dimensions);
    const latents = normalizations[normalize](input);
    const bits = tf.cast(tf.greater(stopGradient(latents), 0), "int32") as Tensor2D; // 0 at zero
    const codes = this.#codes(bits);
    return {
      latents,
      codes,
      indices: packDigits(bits, this.#radices, this.#order),
      losses: mode.training ? this.#losses(latents, codes) : {},
    };
  }

  lookup(indices: Tensor1D): Tensor2D {
    return this.#codes(unpackDigits(indices, this.#radices, this.#order));
  }

  /** Bits {0, 1} to coordinates ±magnitude, [N, d]. */
  #codes(bits: Tensor2D): Tensor2D {
    const { magnitude } = this.#options;
    return tf.sub(tf.mul(tf.cast(bits, "float32"), 2 * magnitude), magnitude);
  }

  #losses(latents: Tensor2D, codes: Tensor2D): Record<string, Scalar> {
    const { commitment, entropy } = this.#options;
    return {
      commitment: commitmentLoss({ latents, codes, weight: commitment }),
      ...(entropy.weight > 0 && { entropy: this.#entropyLoss(latents) }),
    };
  }

  #entropyLoss(latents: Tensor2D): Scalar {
    const { magnitude, entropy } = this.#options;
    const { weight, sample, batch, ...form } = entropy;
    const entropies = bitEntropies({ latents, magnitude, ...form });
    const sum = tf.sub(tf.mul(entropies.sample, sample), tf.mul(entropies.batchUpperBound, batch));
    return tf.mul(sum, weight);
  }
}
