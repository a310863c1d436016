/**
 * Lookup-free quantization, https://arxiv.org/abs/2310.05737 (MAGVIT-v2): each coordinate becomes its
 * sign, so that d coordinates are one of 2^d codes without a codebook. Entropy and commitment as in
 * Open-MAGVIT2 (https://arxiv.org/abs/2409.04410).
 */
import { nn, type Scalar, type Tensor1D, type Tensor2D, tf } from "@fqgan/tensor";
import { z } from "zod";
import { type DigitOrder, packDigits, unpackDigits } from "../codes.js";
import { bitEntropies } from "../losses/bit-entropy.js";
import { commitmentLoss } from "../losses/codebook.js";
import { safeLogs } from "../losses/entropy.js";
import {
  checkLatents,
  defineQuantizer,
  type OptionsOf,
  type Quantized,
  type QuantizeMode,
  type Quantizer,
} from "../quantizer.js";
import { stopGradient } from "../straight-through.js";

/** Names of bit orders: which bit of the index the first coordinate is. */
const bitOrders = {
  "least-significant-first": "first-fastest",
  "most-significant-first": "last-fastest",
} as const satisfies Record<string, DigitOrder>;

const options = {
  /** d: codes have d coordinates of ±1. */
  bits: z.int().min(1).max(31).default(10),
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

export class LookupFreeQuantizer extends nn.Module implements Quantizer {
  readonly dimensions: number;
  readonly size: number;
  readonly #options: OptionsOf<typeof options>;
  readonly #radices: readonly number[];

  constructor(parsed: OptionsOf<typeof options>) {
    super();
    this.#options = parsed;
    this.dimensions = parsed.bits;
    this.size = 2 ** parsed.bits;
    this.#radices = Array.from({ length: parsed.bits }, () => 2);
  }

  quantize(latents: Tensor2D, mode: QuantizeMode): Quantized {
    checkLatents("lfq", latents, this.dimensions);
    const bits = tf.cast(tf.greater(stopGradient(latents), 0), "int32") as Tensor2D; // [N, d], a zero is a zero bit
    const indices = packDigits(bits, this.#radices, this.#order());
    const codes = signs(bits);
    return { latents, codes, indices, losses: mode.training ? this.#losses(latents, codes) : {} };
  }

  lookup(indices: Tensor1D): Tensor2D {
    const bits = unpackDigits(indices, this.#radices, this.#order()); // [N, d]
    return signs(bits);
  }

  #order(): DigitOrder {
    return bitOrders[this.#options.bitOrder];
  }

  #losses(latents: Tensor2D, codes: Tensor2D): Record<string, Scalar> {
    const { commitment, entropy } = this.#options;
    return {
      commitment: commitmentLoss({ latents, codes, weight: commitment }),
      ...(entropy.weight > 0 && { entropy: this.#entropyLoss(latents) }),
    };
  }

  #entropyLoss(latents: Tensor2D): Scalar {
    const { weight, sample, batch, ...form } = this.#options.entropy;
    const entropies = bitEntropies({ latents, magnitude: 1, ...form });
    const sum = tf.sub(tf.mul(entropies.sample, sample), tf.mul(entropies.batch, batch));
    return tf.mul(sum, weight);
  }
}

/** Bits {0, 1} to coordinates {-1, 1}. */
function signs(bits: Tensor2D): Tensor2D {
  return tf.sub(tf.mul(tf.cast(bits, "float32"), 2), 1);
}

export const lfq = defineQuantizer({
  name: "lfq",
  summary: "The sign of every coordinate: 2^d codes without a codebook",
  reference: "https://arxiv.org/abs/2310.05737",
  options,
  example: { bits: 4 },
  create: (parsed) => new LookupFreeQuantizer(parsed),
});
