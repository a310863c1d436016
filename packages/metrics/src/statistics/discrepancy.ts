/** Maximum mean discrepancy (Gretton et al., JMLR 2012): squared distance of two sets under a kernel. */
import { type Interval, jackknife } from "./intervals.js";
import { eachTile, type FeatureRows, squaredLengths } from "./tiles.js";

/** A kernel by the rows' inner product and squared lengths. */
export type Kernel = (dot: number, squareX: number, squareY: number) => number;

/** (x·y / D + 1)³, the kernel of KID (Bińkowski et al., arXiv 1801.01401). */
export const cubicKernel =
  (dimensions: number): Kernel =>
  (dot) =>
    (dot / dimensions + 1) ** 3;

/**
 * exp(-|x - y|² / 2σ²) - 1 of rows scaled to length 1. The constant cancels in every discrepancy;
 * without it, kernel values near 1 keep all their digits. A row of zeros has no direction and stays.
 */
export const unitGaussianKernelMinusOne =
  (sigma: number): Kernel =>
  (dot, squareX, squareY) => {
    const scale = Math.sqrt(squareX) * Math.sqrt(squareY);
    const lengths = Math.sign(squareX) + Math.sign(squareY);
    const distance = Math.max(0, lengths - 2 * (scale > 0 ? dot / scale : 0));
    return Math.expm1(-distance / (2 * sigma * sigma));
  };

/** A kernel times a constant. */
export const scaledKernel =
  (scale: number, kernel: Kernel): Kernel =>
  (dot, squareX, squareY) =>
    scale * kernel(dot, squareX, squareY);

/**
 * Kernel sums of two sets by folds, where row i of either set is in fold i mod `folds`: enough for the
 * discrepancy of the whole and of all but one fold.
 */
export interface KernelSums {
  readonly folds: number;
  readonly counts: { readonly x: Float64Array; readonly y: Float64Array };
  /** [folds, folds] sums over pairs of different rows of x, of y, and over all pairs of x with y. */
  readonly xx: Float64Array;
  readonly yy: Float64Array;
  readonly xy: Float64Array;
  /** [folds] sums over pairs of a row with itself. */
  readonly diagonalX: Float64Array;
  readonly diagonalY: Float64Array;
  /** [folds] sums over pairs of row i of x with row i of y, and how many there are. */
  readonly diagonalXY: Float64Array;
  readonly pairs: Float64Array;
}

export async function kernelSums(sets: {
  readonly x: FeatureRows;
  readonly y: FeatureRows;
  readonly kernel: Kernel;
  readonly folds?: number;
}): Promise<KernelSums> {
  const { x, y, kernel, folds = 1 } = sets;
  const within = async (set: FeatureRows) => {
    const squares = squaredLengths(set);
    const sums = new Float64Array(folds * folds);
    const diagonal = new Float64Array(folds);
    await eachTile(set, set, ({ x0, y0, rows, columns, dots }) => {
      for (let i = 0; i < rows; i++) {
        const row = new Float64Array(folds);
        const first = Math.max(0, x0 + i + 1 - y0);
        let fold = (y0 + first) % folds;
        for (let j = first; j < columns; j++) {
          row[fold]! += kernel(dots[i * columns + j]!, squares[x0 + i]!, squares[y0 + j]!);
          if (++fold === folds) fold = 0;
        }
        addRow(sums, row, (x0 + i) % folds);
      }
    });
    for (let i = 0; i < set.rows; i++)
      diagonal[i % folds]! += kernel(squares[i]!, squares[i]!, squares[i]!);
    // Each pair was seen once: the sum with its transpose counts it twice, as pairs in order.
    const both = sums.map((sum, at) => sum + sums[(at % folds) * folds + Math.floor(at / folds)]!);
    return { sums: both, diagonal };
  };
  const [xx, yy] = [await within(x), await within(y)];
  const xy = new Float64Array(folds * folds);
  const diagonalXY = new Float64Array(folds);
  const [squaresX, squaresY] = [squaredLengths(x), squaredLengths(y)];
  await eachTile(x, y === x ? { ...y } : y, ({ x0, y0, rows, columns, dots }) => {
    for (let i = 0; i < rows; i++) {
      const row = new Float64Array(folds);
      let fold = y0 % folds;
      for (let j = 0; j < columns; j++) {
        row[fold]! += kernel(dots[i * columns + j]!, squaresX[x0 + i]!, squaresY[y0 + j]!);
        if (++fold === folds) fold = 0;
      }
      addRow(xy, row, (x0 + i) % folds);
      const j = x0 + i - y0;
      if (j >= 0 && j < columns)
        diagonalXY[(x0 + i) % folds]! += kernel(
          dots[i * columns + j]!,
          squaresX[x0 + i]!,
          squaresY[x0 + i]!,
        );
    }
  });
  const counts = ({ rows }: { readonly rows: number }) =>
    Float64Array.from({ length: folds }, (_, fold) =>
      Math.max(0, Math.ceil((rows - fold) / folds)),
    );
  return {
    folds,
    counts: { x: counts(x), y: counts(y) },
    xx: xx.sums,
    yy: yy.sums,
    xy,
    diagonalX: xx.diagonal,
    diagonalY: yy.diagonal,
    diagonalXY,
    pairs: counts({ rows: Math.min(x.rows, y.rows) }),
  };
}

function addRow(sums: Float64Array, row: Float64Array, fold: number): void {
  for (let other = 0; other < row.length; other++) sums[fold * row.length + other]! += row[other]!;
}

/** How the sums are averaged; see `discrepancy`. */
export type Estimate = "unbiased" | "paired" | "biased";

/**
 * The discrepancy of the two sets, all rows or those outside one fold. "unbiased" leaves out pairs of a
 * row with itself and can be slightly negative; "paired" also leaves out those of row i with row i of the
 * other set, which for an image and its reconstruction are alike beyond what their distributions are;
 * "biased" takes plain means over all pairs.
 */
export function discrepancy(sums: KernelSums, estimate: Estimate, without = Number.NaN): number {
  const { folds, counts } = sums;
  const kept = (fold: number) => fold !== without;
  const total = (values: Float64Array) => {
    let sum = 0;
    for (let a = 0; a < folds; a++)
      for (let b = 0; b < folds; b++) if (kept(a) && kept(b)) sum += values[a * folds + b]!;
    return sum;
  };
  const along = (values: Float64Array) =>
    values.reduce((sum, value, fold) => (kept(fold) ? sum + value : sum), 0);
  const [n, m] = [along(counts.x), along(counts.y)];
  const [xx, yy, xy] = [total(sums.xx), total(sums.yy), total(sums.xy)];
  const others = xx / (n * (n - 1)) + yy / (m * (m - 1));
  switch (estimate) {
    case "unbiased":
      return others - (2 * xy) / (n * m);
    case "paired":
      return others - (2 * (xy - along(sums.diagonalXY))) / (n * m - along(sums.pairs));
    case "biased": {
      const [x, y] = [along(sums.diagonalX), along(sums.diagonalY)];
      return (xx + x) / n ** 2 + (yy + y) / m ** 2 - (2 * xy) / (n * m);
    }
  }
}

/** Enough folds for a stable spread; a pair of sets below twice as many rows gets no interval. */
const FOLDS = 10;

/** The discrepancy of two sets with its interval, from one pass over all pairs. */
export async function discrepancyWithInterval(sets: {
  readonly x: FeatureRows;
  readonly y: FeatureRows;
  readonly kernel: Kernel;
  readonly estimate: Estimate;
}): Promise<{ readonly value: number; readonly interval?: Interval }> {
  const { x, y, estimate } = sets;
  const folds = Math.min(x.rows, y.rows) < 2 * FOLDS ? 1 : FOLDS;
  const sums = await kernelSums({ ...sets, folds });
  const value = discrepancy(sums, estimate);
  if (folds === 1) return { value };
  const leftOut = Array.from({ length: folds }, (_, fold) => discrepancy(sums, estimate, fold));
  return { value, interval: jackknife(value, leftOut).interval };
}
