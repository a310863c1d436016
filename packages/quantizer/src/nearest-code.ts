import { type Tensor1D, type Tensor2D, tf } from "@fqgan/tensor";

/** The most scores that are held at once unless told otherwise (64 MiB as float32). */
export const SCORE_BUDGET = 2 ** 24;

/** Tiles of so many scores stay in a processor's cache … */
const CACHED_TILE = 2 ** 19;
/** … and are about so wide, for the matrix product's sake. */
const TILE_WIDTH = 1024;
/** More tiles than this make the program itself large; tiles grow instead, up to the budget. */
const MOST_TILES = 512;

export interface NearestCodesOptions {
  /** [N, D] */
  readonly latents: Tensor2D;
  /** [K, D] */
  readonly codebook: Tensor2D;
  /** The most scores held at once. */
  readonly budget?: number;
}

/**
 * The index of the nearest code by Euclidean distance, int32 [N]; of equally near ones the lowest.
 * No gradient. The [N, K] table of scores is made tile by tile, never more than `budget` of it at once.
 */
export function nearestCodes(options: NearestCodesOptions): Tensor1D {
  const { latents, codebook, budget = SCORE_BUDGET } = options;
  const [count, size] = [latents.shape[0], codebook.shape[0]];
  const tile = Math.min(budget, Math.max(CACHED_TILE, Math.ceil((count * size) / MOST_TILES)));
  const rows = Math.max(1, Math.min(count, Math.floor(tile / Math.min(size, TILE_WIDTH))));
  const columns = Math.max(1, Math.min(size, Math.floor(tile / rows)));
  return tf.customGrad(() => {
    // z·e - ‖e‖²/2 orders codes as -‖z - e‖² does. The second term is one more coordinate of the codes,
    // against a 1 in the latents: [N, D + 1] and [K, D + 1].
    const halfSquares = tf.mul(tf.sum(tf.square(codebook), 1, true), -0.5); // [K, 1]
    const codes = tf.concat([codebook, halfSquares], 1) as Tensor2D;
    const queries = tf.concat([latents, tf.ones([count, 1])], 1) as Tensor2D;
    const found = pieces(queries, rows).map((part) => nearestInBlocks(part, codes, columns));
    const value = found.length === 1 ? found[0]! : tf.concat(found);
    return { value, gradFunc: () => [] };
  })() as Tensor1D;
}

/** A matrix cut into blocks of at most so many rows. */
function pieces(matrix: Tensor2D, rows: number): Tensor2D[] {
  const [total, width] = matrix.shape;
  if (rows >= total) return [matrix];
  return Array.from({ length: Math.ceil(total / rows) }, (_, i) =>
    tf.slice(matrix, [i * rows, 0], [Math.min(rows, total - i * rows), width]),
  );
}

/** The best code for each query, keeping the best so far from block to block of the codebook. */
function nearestInBlocks(queries: Tensor2D, codes: Tensor2D, columns: number): Tensor1D {
  const blocks = pieces(codes, columns);
  const inBlock = (block: Tensor2D) =>
    tf.argMax(tf.matMul(queries, block, false, true), 1) as Tensor1D; // lowest of equals
  if (blocks.length === 1) return inBlock(codes);
  const scored = (block: Tensor2D, number: number) => {
    const index = inBlock(block);
    const score = tf.sum(tf.mul(queries, tf.gather(block, index)), 1);
    return { score, index: tf.add(index, number * columns) };
  };
  const first = scored(blocks[0]!, 0);
  // A later block wins only where it is strictly nearer: ties stay with the lower index.
  const best = blocks.slice(1).reduce((before, block, i) => {
    const now = scored(block, i + 1);
    const nearer = tf.greater(now.score, before.score);
    return {
      score: tf.where(nearer, now.score, before.score),
      index: tf.where(nearer, now.index, before.index),
    };
  }, first);
  return best.index as Tensor1D;
}
