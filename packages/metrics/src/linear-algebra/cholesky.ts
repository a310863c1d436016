/**
 * Cholesky factorisation with diagonal pivoting (Higham, "Analysis of the Cholesky decomposition of a
 * semi-definite matrix", 1990): it stops where the rest of the matrix is rounding noise, so dead or
 * dependent features need no added epsilon.
 */
import { type Matrix, matrix } from "./matrix.js";

/**
 * F [r, D] with FᵀF = s, r the numerical rank.
 *
 * @param s symmetric positive semi-definite [D, D]; only its upper triangle is read
 */
export function pivotedCholesky(s: Matrix): Matrix {
  const size = s.rows;
  const order = Int32Array.from({ length: size }, (_, i) => i);
  const entry = (i: number, j: number) => s.data[i <= j ? i * size + j : j * size + i]!;
  const remaining = Float64Array.from({ length: size }, (_, i) => entry(i, i));
  const largest = remaining.reduce((most, value) => Math.max(most, value), 0);
  const tolerance = size * Number.EPSILON * largest;
  // Columns of `factor` are in pivot order while it grows.
  const factor = new Float64Array(size * size);
  let rank = 0;
  for (; rank < size; rank++) {
    let pivot = rank;
    for (let j = rank + 1; j < size; j++) if (remaining[j]! > remaining[pivot]!) pivot = j;
    if (!(remaining[pivot]! > tolerance)) break;
    if (pivot !== rank) {
      swap(order, pivot, rank);
      swap(remaining, pivot, rank);
      for (let i = 0; i < rank; i++) swap(factor, i * size + pivot, i * size + rank);
    }
    const row = rank * size;
    for (let j = rank; j < size; j++) factor[row + j] = entry(order[rank]!, order[j]!);
    for (let i = 0; i < rank; i++) {
      const scale = factor[i * size + rank]!;
      const above = i * size;
      for (let j = rank; j < size; j++) factor[row + j]! -= scale * factor[above + j]!;
    }
    const root = Math.sqrt(factor[row + rank]!);
    factor[row + rank] = root;
    for (let j = rank + 1; j < size; j++) {
      factor[row + j]! /= root;
      remaining[j]! -= factor[row + j]! ** 2;
    }
  }
  const result = matrix(rank, size);
  for (let i = 0; i < rank; i++)
    for (let j = i; j < size; j++) result.data[i * size + order[j]!] = factor[i * size + j]!;
  return result;
}

function swap(values: Float64Array | Int32Array, i: number, j: number): void {
  const kept = values[i]!;
  values[i] = values[j]!;
  values[j] = kept;
}
