/**
 * Vector quantization with moving averages, https://arxiv.org/abs/1711.00937 (appendix A.1) and
 * https://arxiv.org/abs/1906.00446 (VQ-VAE-2): each code is the moving mean of the latents that chose it.
 */
import { nn, type Tensor1D, type Tensor2D, tf, type Variable } from "@fqgan/tensor";
import * as z from "zod";
import { normalize, tableOfBits, tableOptions, weight } from "../codebook-options.js";
import { countCodes, DeadCodes, deadCodeOptions } from "../dead-codes.js";
import { initialCodebook } from "../initial-codebook.js";
import { commitmentLoss } from "../losses/codebook.js";
import { nearestCodes } from "../nearest-code.js";
import { normalizations } from "../normalize.js";
import {
  checkLatents,
  defineQuantizer,
  type OptionsOf,
  type Quantized,
  type QuantizeMode,
  type Quantizer,
  type Seen,
  type SetCodes,
} from "../quantizer.js";

const options = {
  ...tableOptions(),
  normalize,
  /** β, of the commitment loss. */
  beta: weight(0.25),
  /** Of the moving counts and sums. */
  decay: z.number().min(0).max(1).default(0.99),
  /** Laplace smoothing of the counts. */
  epsilon: z.number().positive().default(1e-5),
  deadCodes: deadCodeOptions,
};

export class MovingAverageQuantizer extends nn.Module implements Quantizer {
  readonly dimensions: number;
  readonly size: number;
  readonly comparesDirections: boolean;
  /** [K, D] sums / smoothed counts, normalised where `normalize` says so. */
  readonly codebook: Variable;
  /** [K] moving counts of latents that chose each code. */
  readonly counts: Variable;
  /** [K, D] moving sums of those latents. */
  readonly sums: Variable;
  readonly deadCodes?: DeadCodes;
  readonly #options: OptionsOf<typeof options>;

  constructor(parsed: OptionsOf<typeof options>, values: Float32Array) {
    super();
    const { size, dimensions, deadCodes } = parsed;
    this.#options = parsed;
    this.comparesDirections = parsed.normalize === "l2";
    this.size = size;
    this.dimensions = dimensions;
    this.codebook = nn.buffer(values, [size, dimensions]);
    this.counts = nn.buffer(new Float32Array(size).fill(1), [size]);
    this.sums = nn.buffer(values.slice(), [size, dimensions]);
    if (deadCodes.below > 0) this.deadCodes = new DeadCodes(size, deadCodes);
  }

  quantize(input: Tensor2D, mode: QuantizeMode): Quantized {
    checkLatents("ema-vq", input, this.dimensions);
    const { normalize, beta: weight } = this.#options;
    const latents = normalizations[normalize](input);
    const codebook = this.codebook as unknown as Tensor2D;
    const indices = nearestCodes({ latents, codebook });
    const codes = tf.gather(codebook, indices) as Tensor2D;
    const commitment = () => commitmentLoss({ latents, codes, weight });
    return { latents, codes, indices, losses: mode.training ? { commitment: commitment() } : {} };
  }

  lookup(indices: Tensor1D): Tensor2D {
    return tf.gather(this.codebook, indices) as Tensor2D;
  }

  update({ latents, indices, random }: Seen): void {
    const { decay, epsilon, normalize } = this.#options;
    const { size } = this;
    const moved = (average: Variable, now: Tensor1D | Tensor2D) =>
      tf.add(tf.mul(average, decay), tf.mul(now, 1 - decay));
    const counts = moved(this.counts, countCodes(indices, size)); // [K]
    const sums = moved(this.sums, tf.unsortedSegmentSum(latents, indices, size)); // [K, D]
    const total = tf.sum(counts);
    const shares = tf.div(tf.add(counts, epsilon), tf.add(total, size * epsilon));
    const smoothed = tf.reshape(tf.mul(shares, total), [size, 1]); // [K, 1]
    const codebook = normalizations[normalize](tf.div(sums, smoothed));
    this.#assign({ codebook, counts, sums });
    if (!this.deadCodes) return;
    // A replaced code starts as if one latent, its own, had chosen it.
    const fresh = this.deadCodes.replace({ codebook, latents, indices, random });
    const column = tf.cast(fresh.dead, "float32"); // [K, 1]
    const kept = tf.sub(1, column);
    const mean = tf.add(tf.mul(sums, kept), tf.mul(fresh.codebook, column));
    const flat = (x: Tensor2D) => tf.reshape(x, [size]); // [K]
    const one = tf.add(tf.mul(counts, flat(kept as Tensor2D)), flat(column as Tensor2D));
    this.#assign({ codebook: fresh.codebook, counts: one, sums: mean });
  }

  setCodes({ codes, counts }: SetCodes): void {
    const codebook = normalizations[this.#options.normalize](codes);
    const sums = tf.mul(codebook, tf.reshape(counts, [this.size, 1]));
    this.#assign({ codebook, counts, sums });
  }

  #assign(values: Record<"codebook" | "counts" | "sums", unknown>): void {
    this.codebook.assign(values.codebook as never);
    this.counts.assign(values.counts as never);
    this.sums.assign(values.sums as never);
  }
}

export const emaVq = defineQuantizer({
  name: "ema-vq",
  summary: "Nearest code of a codebook of moving averages: no codebook loss, no gradient",
  reference: "https://arxiv.org/abs/1906.00446",
  options,
  example: { size: 16, dimensions: 4 },
  // Latents of all lengths, as a lab's are.
  ofBits: (bits, dimensions) => ({ ...tableOfBits(bits, dimensions), normalize: "none" }),
  create: (parsed, key) => new MovingAverageQuantizer(parsed, initialCodebook(parsed, key)),
});
