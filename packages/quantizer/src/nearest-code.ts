import { type Tensor1D, type Tensor2D, tf } from "@fqgan/tensor";

/** The most elements that one block of the [N, K] table of scores may have (64 MiB as float32). */
export const SCORE_BUDGET = 2 ** 24;

export interface NearestCodesOptions {
  /** [N, D] */
  readonly latents: Tensor2D;
  /** [K, D] */
  readonly codebook: Tensor2D;
  /** The most scores held at once; the codebook is searched in blocks of so many rows. */
  readonly budget?: number;
}

/**
 * The index of the nearest code by Euclidean distance, int32 [N]; of equally near ones the lowest.
 * No gradient. A larger table than `budget` is never made: blocks of codes are searched one after
 * another, keeping the best so far.
 */
export function nearestCodes({
  latents,
  codebook,
  budget = SCORE_BUDGET,
}: NearestCodesOptions): Tensor1D {
  const [size, dimensions] = codebook.shape;
  const rows = Math.max(1, Math.min(size, Math.floor(budget / latents.shape[0])));
  return tf.customGrad(() => {
    let best: { score: Tensor1D; index: Tensor1D } | undefined;
    for (let first = 0; first < size; first += rows) {
      const count = Math.min(rows, size - first);
      const block = count === size ? codebook : tf.slice(codebook, [first, 0], [count, dimensions]);
      const scores = closeness(latents, block); // [N, count]
      const index = tf.argMax(scores, 1) as Tensor1D; // [N], lowest of equals
      if (count === size) return { value: index, gradFunc: () => [] };
      const found = {
        score: tf.max(scores, 1) as Tensor1D,
        index: tf.add(index, first) as Tensor1D,
      };
      best = best ? better(best, found) : found;
    }
    return { value: best!.index, gradFunc: () => [] };
  })() as Tensor1D;
}

/** z·e - ‖e‖²/2, [N, count]: orders codes as -‖z - e‖² does, without the part that all codes share. */
function closeness(latents: Tensor2D, block: Tensor2D): Tensor2D {
  const halfSquares = tf.mul(tf.sum(tf.square(block), 1), 0.5); // [count]
  return tf.sub(tf.matMul(latents, block, false, true), halfSquares);
}

/** The later block wins only where it is strictly nearer: ties stay with the lower index. */
function better(
  best: { score: Tensor1D; index: Tensor1D },
  found: { score: Tensor1D; index: Tensor1D },
) {
  const nearer = tf.greater(found.score, best.score);
  return {
    score: tf.where(nearer, found.score, best.score),
    index: tf.where(nearer, found.index, best.index),
  };
}
