import { UserError } from "@fqgan/registry";
import {
  compile,
  type HostTensor,
  hostTensor,
  type Key,
  permutation,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tf,
} from "@fqgan/tensor";
import { countCodes } from "./dead-codes.js";
import type { Quantizer } from "./quantizer.js";

/** How k-means runs. */
export interface SeedingOptions {
  /** Rounds of Lloyd's algorithm. */
  readonly iterations?: number;
  readonly key: Key;
}

/** The same, and the latents. */
export interface SeedOptions extends SeedingOptions {
  /** [N, D] latents of the data, at least K of them. */
  readonly latents: HostTensor;
}

/**
 * Sets a codebook by k-means on latents, in the distance that the quantizer itself uses: starts from
 * random latents, then moves each code to the mean of those that choose it; codes that none chooses
 * stay.
 */
export async function seedCodebook(
  quantizer: Quantizer,
  { latents, iterations = 10, key }: SeedOptions,
): Promise<void> {
  const { size, dimensions } = quantizer;
  const setCodes = quantizer.setCodes?.bind(quantizer);
  if (!setCodes)
    throw new UserError("seedCodebook: this quantizer has no codebook to set; leave the step out");
  const count = latents.shape[0]!;
  if (count < size)
    throw new UserError(
      `seedCodebook: expected at least ${size} latents for ${size} codes, got ${count}; ` +
        "collect more batches first",
    );
  const order = permutation(key, count);
  const start = new Float32Array(size * dimensions);
  for (let code = 0; code < size; code++) {
    const row = order[code]! * dimensions;
    start.set(latents.data.subarray(row, row + dimensions) as Float32Array, code * dimensions);
  }
  const begin = compile<{ codes: HostTensor }, { done: Tensor }>(({ codes }) => {
    setCodes({ codes: codes as Tensor2D, counts: tf.ones([size]) as Tensor1D });
    return { done: tf.scalar(1) };
  });
  const lloyd = compile<{ z: HostTensor }, { used: Tensor }>(({ z }) => {
    const chosen = quantizer.quantize(z as Tensor2D, { training: false });
    const counts = countCodes(chosen.indices, size); // [K]
    const sums = tf.unsortedSegmentSum(chosen.latents, chosen.indices, size) as Tensor2D; // [K, D]
    const column = tf.reshape(counts, [size, 1]);
    const before = quantizer.lookup(tf.range(0, size, 1, "int32"));
    const means = tf.div(sums, tf.maximum(column, 1));
    const codes = tf.where(tf.greater(column, 0), means, before) as Tensor2D;
    setCodes({ codes, counts: tf.maximum(counts, 1) });
    return { used: tf.sum(tf.cast(tf.greater(counts, 0), "float32")) };
  });
  await begin({ codes: hostTensor(start, [size, dimensions]) });
  for (let round = 0; round < iterations; round++) await lloyd({ z: latents });
  begin.dispose();
  lloyd.dispose();
}
