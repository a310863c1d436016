/** Maximum mean discrepancy (Gretton et al., JMLR 2012): squared distance of two sets under a kernel. */
import type { Matrix } from "../linear-algebra/index.js";

/** A kernel by the rows' inner product and squared lengths. */
export type Kernel = (dot: number, squareX: number, squareY: number) => number;

/** (x·y / D + 1)³, the kernel of KID (Bińkowski et al., arXiv 1801.01401). */
export const cubicKernel =
  (dimensions: number): Kernel =>
  (dot) =>
    (dot / dimensions + 1) ** 3;

/**
 * exp(-|x - y|² / 2σ²) - 1. The constant cancels in every discrepancy; without it, kernel values near 1
 * keep all their digits.
 */
export const gaussianKernelMinusOne =
  (sigma: number): Kernel =>
  (dot, squareX, squareY) =>
    Math.expm1(-Math.max(0, squareX + squareY - 2 * dot) / (2 * sigma * sigma));

export interface KernelSums {
  /** Σ k(x, y) over all pairs. */
  readonly all: number;
  /** Σ k(x, x) over pairs of one row with itself; 0 between different sets. */
  readonly diagonal: number;
}

/** Kernel sums over pairs of rows of x and y; a set with itself visits each pair once. */
export function kernelSums(x: Matrix, y: Matrix, kernel: Kernel): KernelSums {
  const depth = x.columns;
  const [squaresX, squaresY] = [squaredLengths(x), squaredLengths(y)];
  let offDiagonal = 0;
  let diagonal = 0;
  for (let i = 0; i < x.rows; i++) {
    let row = 0;
    const p = i * depth;
    for (let j = x === y ? i : 0; j < y.rows; j++) {
      const q = j * depth;
      let dot = 0;
      for (let k = 0; k < depth; k++) dot += x.data[p + k]! * y.data[q + k]!;
      const value = kernel(dot, squaresX[i]!, squaresY[j]!);
      if (x === y && i === j) diagonal += value;
      else row += value;
    }
    offDiagonal += row;
  }
  return { all: x === y ? 2 * offDiagonal + diagonal : offDiagonal, diagonal };
}

/** The unbiased estimate: pairs of a row with itself left out. Slightly negative for close sets. */
export function unbiasedDiscrepancy(x: Matrix, y: Matrix, kernel: Kernel): number {
  const xx = kernelSums(x, x, kernel);
  const yy = kernelSums(y, y, kernel);
  const xy = kernelSums(x, y, kernel);
  return (
    (xx.all - xx.diagonal) / (x.rows * (x.rows - 1)) +
    (yy.all - yy.diagonal) / (y.rows * (y.rows - 1)) -
    (2 * xy.all) / (x.rows * y.rows)
  );
}

/** The biased estimate: plain means over all pairs. Never negative. */
export function biasedDiscrepancy(x: Matrix, y: Matrix, kernel: Kernel): number {
  const within = (set: Matrix) => kernelSums(set, set, kernel).all / (set.rows * set.rows);
  return within(x) + within(y) - (2 * kernelSums(x, y, kernel).all) / (x.rows * y.rows);
}

function squaredLengths(x: Matrix): Float64Array {
  return Float64Array.from({ length: x.rows }, (_, i) =>
    x.data
      .subarray(i * x.columns, (i + 1) * x.columns)
      .reduce((sum, value) => sum + value * value, 0),
  );
}
