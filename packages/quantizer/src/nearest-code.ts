import { type Tensor1D, type Tensor2D, type Tensor3D, tf } from "@fqgan/tensor";

/** The most scores that are held at once unless told otherwise (64 MiB as float32). */
export const SCORE_BUDGET = 2 ** 24;

/** Tiles of so many scores stay in a processor's cache … */
const CACHED_TILE = 2 ** 19;
/** … and are about so wide, for the matrix product's sake. */
const TILE_WIDTH = 1024;
/** More tiles than this make the program itself large; tiles grow instead, up to the budget. */
const MOST_TILES = 512;
/** Codes of a group: of each, only the best score is kept until the best group is known. */
const GROUPS = { smallest: 16, largest: 128 };
/** The score of what fills up the last group. */
const NEVER = -1e38;

export interface NearestCodesOptions {
  /** [N, D] */
  readonly latents: Tensor2D;
  /** [K, D] */
  readonly codebook: Tensor2D;
  /** The most scores held at once, as long as it has room for one latent's. */
  readonly budget?: number;
  /** Codes of a group; small codebooks are searched as a whole. */
  readonly group?: number;
}

/**
 * The index of the nearest code by Euclidean distance, int32 [N]; of equally near ones the lowest.
 * No gradient. The [N, K] table of scores is made tile by tile, never more than `budget` of it at once.
 */
export function nearestCodes(options: NearestCodesOptions): Tensor1D {
  // z·e - ‖e‖²/2 orders codes as -‖z - e‖² does.
  return bestCodes(options, (codebook) => tf.mul(tf.sum(tf.square(codebook), 1, true), -0.5));
}

/** The index of the code of largest dot product, found in the same way. */
export function mostAlignedCodes(options: NearestCodesOptions): Tensor1D {
  return bestCodes(options, (codebook) => tf.zeros([codebook.shape[0], 1]));
}

/** Codes of largest z·e + bias(e); bias: [K, D] → [K, 1]. */
function bestCodes(
  { latents, codebook, budget = SCORE_BUDGET, group = groupSize(codebook) }: NearestCodesOptions,
  bias: (codebook: Tensor2D) => Tensor2D,
): Tensor1D {
  const search = () => {
    // The bias is one more coordinate of the codes, against a 1 in the latents: [K, D + 1], [N, D + 1].
    const codes = tf.concat([codebook, bias(codebook)], 1) as Tensor2D;
    const queries = tf.concat([latents, tf.ones([latents.shape[0], 1])], 1) as Tensor2D;
    const [size, width] = codes.shape;
    // To look at a group again takes about `width` times as long as to look at as many scores.
    const isSmall = size < 2 * group * width;
    return isSmall
      ? searchAtOnce(queries, codes, budget)
      : searchGroups(queries, codes, { budget, group });
  };
  return tf.customGrad(() => ({ value: tf.tidy(search), gradFunc: () => [] }))() as Tensor1D;
}

/**
 * The power of two that makes the best scores of all groups, K / group of them, about as much work as looking
 * at one group again, group · D.
 */
function groupSize({ shape: [size, width] }: Tensor2D): number {
  const even = 2 ** Math.round(Math.log2(2 * Math.sqrt(size / width)));
  return Math.min(GROUPS.largest, Math.max(GROUPS.smallest, even));
}

function searchAtOnce(queries: Tensor2D, codes: Tensor2D, budget: number): Tensor1D {
  const size = codes.shape[0];
  const rows = tileSize(queries.shape[0] * size, budget) / size;
  return byRows(queries, rows, (part) => tf.argMax(tf.matMul(part, codes, false, true), 1));
}

/** First the best group for each query, by the best score of each group; then the best code of that. */
function searchGroups(
  queries: Tensor2D,
  codes: Tensor2D,
  { budget, group }: { readonly budget: number; readonly group: number },
): Tensor1D {
  const filled = fillLastGroup(codes, group);
  const [size, width] = filled.shape;
  const tile = tileSize(queries.shape[0] * size, budget);
  const columns = group * Math.max(1, Math.floor(Math.min(tile, TILE_WIDTH) / group));
  const rows = Math.min(tile / columns, (budget * group) / size, budget / (group * width));
  const blocks = pieces(filled, columns);
  const groups: Tensor3D = tf.reshape(filled, [size / group, group, width]);
  return byRows(queries, rows, (part) => {
    const count = part.shape[0];
    const tables = blocks.map((block) =>
      tf.tidy(() => {
        const scores = tf.matMul(part, block, false, true); // [n, columns]
        return tf.max(tf.reshape(scores, [count, block.shape[0] / group, group]), 2);
      }),
    );
    const best: Tensor1D = tf.argMax(tf.concat(tables, 1), 1); // of equals the lowest group …
    const candidates = tf.gather(groups, best); // [n, group, D + 1]
    const scores = tf.matMul(candidates, tf.reshape(part, [count, width, 1])); // [n, group, 1]
    const within = tf.argMax(tf.reshape(scores, [count, group]), 1); // … and of equals the lowest of it
    return tf.add(tf.mul(best, tf.scalar(group, "int32")), within);
  });
}

/** Scores of a tile: as many as fit the cache, but not so few that there would be too many tiles. */
function tileSize(scores: number, budget: number): number {
  return Math.min(budget, Math.max(CACHED_TILE, Math.ceil(scores / MOST_TILES)));
}

/** Codes [K, D + 1] with as many more, which nothing is nearest to, as the last group lacks. */
function fillLastGroup(codes: Tensor2D, group: number): Tensor2D {
  const [size, width] = codes.shape;
  const lacking = (group - (size % group)) % group;
  if (lacking === 0) return codes;
  const zeros = tf.zeros([lacking, width - 1]);
  return tf.concat([codes, tf.concat([zeros, tf.fill([lacking, 1], NEVER)], 1)], 0) as Tensor2D;
}

/** Answers for each row, found for so many rows at once. */
function byRows(queries: Tensor2D, rows: number, answer: (part: Tensor2D) => Tensor1D): Tensor1D {
  const parts = pieces(queries, Math.max(1, Math.floor(rows)));
  const answers = parts.map((part) => tf.tidy(() => answer(part)));
  return answers.length === 1 ? answers[0]! : tf.concat(answers);
}

/** A matrix cut into blocks of at most so many rows. */
function pieces(matrix: Tensor2D, rows: number): Tensor2D[] {
  const [total, width] = matrix.shape;
  if (rows >= total) return [matrix];
  return Array.from({ length: Math.ceil(total / rows) }, (_, i) =>
    tf.slice(matrix, [i * rows, 0], [Math.min(rows, total - i * rows), width]),
  );
}
