import { pivotedCholesky } from "./cholesky.js";
import { blockedCholesky } from "./cholesky-blocked.js";
import { type Matrix, matrix, multiplyTransposed } from "./matrix.js";
import { denseProgram, product } from "./runtime.js";

/** From this size on, matrix products pay for the way to them. */
const LARGE = 256;

/**
 * F [r, D] with FᵀF = s, r the numerical rank.
 *
 * @param s symmetric positive semi-definite [D, D]
 */
export async function factorCovariance(s: Matrix): Promise<Matrix> {
  return (s.rows >= LARGE ? await blockedCholesky(s) : undefined) ?? pivotedCholesky(s);
}

const transposedProduct = denseProgram({
  inputs: { a: {}, b: {} },
  outputs: ["y"],
  nodes: [product("y", ["a", "b"], { transB: 1 })],
});

/** a·bᵀ, [M, K] and [N, K] → [M, N] */
export async function productTransposed(a: Matrix, b: Matrix): Promise<Matrix> {
  if (Math.min(a.rows, b.rows, a.columns) < LARGE) return multiplyTransposed(a, b);
  const { y } = await transposedProduct({
    a: { shape: [a.rows, a.columns], data: a.data },
    b: { shape: [b.rows, b.columns], data: b.data },
  });
  return matrix(a.rows, b.rows, y);
}
