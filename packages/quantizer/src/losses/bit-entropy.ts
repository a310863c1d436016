/**
 * Entropies of binary codes, https://arxiv.org/abs/2310.05737 (LFQ): the soft choice among the 2^d
 * corners ±c is softmax(2 z·corner / temperature), in which the bits are independent given z.
 */
import { type Tensor2D, tf } from "@fqgan/tensor";
import { placeValues } from "../codes.js";
import { type Entropies, type SafeLog, softChoiceEntropies } from "./entropy.js";

export interface BitEntropies {
  /** The mean of H(code | latent), exact whatever the groups: bits are independent given z. */
  readonly sample: Entropies["sample"];
  /**
   * At least H of the mean choice, since H(a, b) ≤ H(a) + H(b); equal to it where one group holds all bits.
   * Uneven use that shows only between groups goes unseen and is not punished.
   */
  readonly batchUpperBound: Entropies["batch"];
}

export interface BitEntropyOptions {
  /** [N, d] */
  readonly latents: Tensor2D;
  /** c, the magnitude of a code's coordinates. */
  readonly magnitude: number;
  readonly temperature: number;
  /** The most bits treated jointly: no table larger than [N, 2^groupBits] is made. */
  readonly groupBits: number;
  readonly safeLog: SafeLog;
}

/** Entropies over all 2^d codes where groupBits ≥ d; with fewer, sums over groups of bits. */
export function bitEntropies(options: BitEntropyOptions): BitEntropies {
  const { latents, magnitude, temperature, groupBits, safeLog } = options;
  const [rows, bits] = latents.shape;
  const groups: Entropies[] = [];
  for (let first = 0; first < bits; first += groupBits) {
    const count = Math.min(groupBits, bits - first);
    const group = tf.slice(latents, [0, first], [rows, count]);
    const logits = tf.mul(tf.matMul(group, corners(count)), (2 * magnitude) / temperature);
    groups.push(softChoiceEntropies(logits as Tensor2D, safeLog));
  }
  return {
    sample: tf.addN(groups.map((group) => group.sample)),
    batchUpperBound: tf.addN(groups.map((group) => group.batch)),
  };
}

/** All corners of the cube, [d, 2^d] of ±1. */
function corners(bits: number): Tensor2D {
  const size = 2 ** bits;
  const places = placeValues(Array.from({ length: bits }, () => 2));
  const values = new Float32Array(bits * size);
  for (let bit = 0; bit < bits; bit++)
    for (let code = 0; code < size; code++)
      values[bit * size + code] = Math.floor(code / places[bit]!) % 2 === 0 ? -1 : 1;
  return tf.tensor2d(values, [bits, size]);
}
