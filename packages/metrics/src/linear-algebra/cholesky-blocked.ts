/** Cholesky factorisation by blocks (LAPACK's potrf): nearly all arithmetic is matrix products. */
import { type Matrix, matrix } from "./matrix.js";
import { denseProgram, product } from "./runtime.js";

const BLOCK = 128;

/**
 * One block row of the factor, U₁₂ = U₁₁⁻ᵀS₁₂ with one step of refinement, and what it leaves of the
 * rest, S₂₂ - U₁₂ᵀU₁₂, cut after the next block's columns.
 */
const eliminate = denseProgram({
  inputs: { diagonal: {}, inverse: {}, right: {}, rest: {}, sizes: { type: "int64", rank: 1 } },
  outputs: ["row", "next", "remaining"],
  nodes: [
    product("rough", ["inverse", "right"], { transA: 1 }),
    product("residual", ["diagonal", "rough", "right"], { transA: 1, alpha: -1 }),
    product("row", ["inverse", "residual", "rough"], { transA: 1 }),
    product("schur", ["row", "row", "rest"], { transA: 1, alpha: -1 }),
    {
      op: "Split",
      inputs: ["schur", "sizes"],
      outputs: ["next", "remaining"],
      attributes: { axis: { int: 1 } },
    },
  ],
});

/**
 * F [D, D], upper triangular, with FᵀF = s; undefined where s is singular to working precision.
 *
 * @param s symmetric [D, D]
 */
export async function blockedCholesky(s: Matrix): Promise<Matrix | undefined> {
  const size = s.rows;
  let largest = 0;
  for (let i = 0; i < size; i++) largest = Math.max(largest, s.data[i * size + i]!);
  const tolerance = size * Number.EPSILON * largest;
  const factor = matrix(size, size);
  // Of the columns from k on: the next block's [size - k, width], and the others [size - k, rest].
  let width = Math.min(BLOCK, size);
  let { left, right }: { left: Float64Array; right: Float64Array } = cut(s, width);
  for (let k = 0; ; ) {
    const block = triangle(left, width, tolerance);
    if (!block) return undefined;
    for (let i = 0; i < width; i++)
      factor.data.set(block.data.subarray(i * width, (i + 1) * width), (k + i) * size + k);
    const rest = size - k - width;
    if (rest === 0) return factor;
    const nextWidth = Math.min(BLOCK, rest);
    const { row, next, remaining } = await eliminate({
      diagonal: { shape: [width, width], data: block.data },
      inverse: { shape: [width, width], data: invertTriangle(block).data },
      right: { shape: [width, rest], data: right.subarray(0, width * rest) },
      rest: { shape: [rest, rest], data: right.subarray(width * rest) },
      sizes: { shape: [2], data: BigInt64Array.of(BigInt(nextWidth), BigInt(rest - nextWidth)) },
    });
    for (let i = 0; i < width; i++)
      factor.data.set(row.subarray(i * rest, (i + 1) * rest), (k + i) * size + k + width);
    k += width;
    left = next;
    right = remaining;
    width = nextWidth;
  }
}

function cut({ rows, columns, data }: Matrix, at: number) {
  const left = new Float64Array(rows * at);
  const right = new Float64Array(rows * (columns - at));
  for (let i = 0; i < rows; i++) {
    left.set(data.subarray(i * columns, i * columns + at), i * at);
    right.set(data.subarray(i * columns + at, (i + 1) * columns), i * (columns - at));
  }
  return { left, right };
}

/** The factor of the first `size` rows of [M, size]; undefined at a pivot that is rounding noise. */
function triangle(s: Float64Array, size: number, tolerance: number): Matrix | undefined {
  const factor = matrix(size, size);
  const u = factor.data;
  for (let i = 0; i < size; i++) {
    const row = i * size;
    for (let j = i; j < size; j++) u[row + j] = s[row + j]!;
    for (let k = 0; k < i; k++) {
      const scale = u[k * size + i]!;
      for (let j = i; j < size; j++) u[row + j]! -= scale * u[k * size + j]!;
    }
    if (!(u[row + i]! > tolerance)) return undefined;
    const root = Math.sqrt(u[row + i]!);
    for (let j = i; j < size; j++) u[row + j]! /= root;
  }
  return factor;
}

/** The inverse of an upper triangle, row by row from the last. */
function invertTriangle({ rows: size, data: u }: Matrix): Matrix {
  const inverse = matrix(size, size);
  const v = inverse.data;
  for (let i = size - 1; i >= 0; i--) {
    const row = i * size;
    v[row + i] = 1;
    for (let k = i + 1; k < size; k++) {
      const scale = u[row + k]!;
      for (let j = k; j < size; j++) v[row + j]! -= scale * v[k * size + j]!;
    }
    for (let j = i; j < size; j++) v[row + j]! /= u[row + i]!;
  }
  return inverse;
}
