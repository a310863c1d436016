/**
 * Singular values by Householder bidiagonalisation (Golub & Kahan, 1965), of large matrices by way of a
 * band. The eigenvalues of the bidiagonal's Golub–Kahan form (zero diagonal, couplings d₁ e₁ d₂ e₂ …)
 * are ±σ, so nothing is squared and each σ is good to machine precision times the largest.
 */
import { reduceToBand } from "./band.js";
import { chaseToBidiagonal } from "./chase.js";
import { type Matrix, transpose } from "./matrix.js";
import { tridiagonalEigenvalues } from "./tridiagonal.js";

/** From this many columns on, a band and matrix products are faster than plain reflections. */
const LARGE = 256;
const BANDWIDTH = 24;

/** All min(M, N) singular values in descending order. */
export async function singularValues(a: Matrix): Promise<Float64Array> {
  if (a.rows < a.columns) return singularValues(transpose(a));
  const bidiagonal =
    a.columns < LARGE ? bidiagonalise(a) : chaseToBidiagonal(await reduceToBand(a, BANDWIDTH));
  return singularValuesOfBidiagonal(bidiagonal);
}

/** Of an upper bidiagonal matrix, in descending order. */
export function singularValuesOfBidiagonal(of: {
  readonly diagonal: Float64Array;
  readonly superDiagonal: Float64Array;
}): Float64Array {
  const { diagonal, superDiagonal } = of;
  const size = diagonal.length;
  const couplings = new Float64Array(2 * size);
  for (let i = 0; i < size; i++) {
    couplings[2 * i] = diagonal[i]!;
    couplings[2 * i + 1] = superDiagonal[i]!;
  }
  const signed = tridiagonalEigenvalues(new Float64Array(2 * size), couplings);
  return signed
    .subarray(size)
    .map((value) => Math.max(0, value))
    .reverse();
}

/** The sum of the singular values. */
export async function nuclearNorm(a: Matrix): Promise<number> {
  return (await singularValues(a)).reduce((sum, value) => sum + value, 0);
}

/** The upper bidiagonal matrix with the same singular values; a is [M, N] with M ≥ N. */
function bidiagonalise(a: Matrix) {
  const { rows, columns } = a;
  const work = a.data.slice();
  const diagonal = new Float64Array(columns);
  const superDiagonal = new Float64Array(columns);
  const u = new Float64Array(rows);
  const v = new Float64Array(columns);
  const w = new Float64Array(columns);
  for (let k = 0; k < columns; k++) {
    // Left reflection: column k becomes (diagonal, 0, …).
    for (let i = k; i < rows; i++) u[i] = work[i * columns + k]!;
    const left = reflect(u, k, rows);
    diagonal[k] = left.length;
    // w = β·Aᵀu, four rows at a time.
    w.fill(0, k + 1);
    let i = k;
    for (; i + 3 < rows; i += 4) {
      const r0 = i * columns;
      const r1 = r0 + columns;
      const r2 = r1 + columns;
      const r3 = r2 + columns;
      const [u0, u1, u2, u3] = [u[i]!, u[i + 1]!, u[i + 2]!, u[i + 3]!];
      for (let j = k + 1; j < columns; j++)
        w[j]! += u0 * work[r0 + j]! + u1 * work[r1 + j]! + u2 * work[r2 + j]! + u3 * work[r3 + j]!;
    }
    for (; i < rows; i++) {
      const at = i * columns;
      const ui = u[i]!;
      for (let j = k + 1; j < columns; j++) w[j]! += ui * work[at + j]!;
    }
    for (let j = k + 1; j < columns; j++) w[j]! *= left.beta;
    // Right reflection: row k, after the left one, becomes (…, superDiagonal, 0, …).
    for (let j = k + 1; j < columns; j++) v[j] = work[k * columns + j]! - u[k]! * w[j]!;
    const right = reflect(v, k + 1, columns);
    superDiagonal[k] = right.length;
    // Both reflections of the rows below, while each row is at hand.
    for (let below = k + 1; below < rows; below++) {
      const at = below * columns;
      const ui = u[below]!;
      let dot = 0;
      for (let j = k + 1; j < columns; j++) {
        const value = work[at + j]! - ui * w[j]!;
        work[at + j] = value;
        dot += value * v[j]!;
      }
      const z = right.beta * dot;
      for (let j = k + 1; j < columns; j++) work[at + j]! -= z * v[j]!;
    }
  }
  return { diagonal, superDiagonal };
}

/**
 * Turns x[from … to) into the vector of the reflection I - β·x·xᵀ that maps it to (length, 0, …).
 * Scaled, so that it neither overflows nor loses tiny entries.
 */
function reflect(x: Float64Array, from: number, to: number): { length: number; beta: number } {
  let largest = 0;
  for (let i = from; i < to; i++) largest = Math.max(largest, Math.abs(x[i]!));
  if (largest === 0) return { length: 0, beta: 0 };
  let square = 0;
  for (let i = from; i < to; i++) {
    x[i]! /= largest;
    square += x[i]! ** 2;
  }
  const first = x[from]!;
  const length = first > 0 ? -Math.sqrt(square) : Math.sqrt(square);
  x[from] = first - length;
  return { length: length * largest, beta: 1 / (square - first * length) };
}
