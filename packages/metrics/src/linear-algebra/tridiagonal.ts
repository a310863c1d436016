/**
 * Symmetric eigenvalues: Householder tridiagonalisation, then implicit QL steps (Bowdler, Martin,
 * Reinsch & Wilkinson, "The QR and QL algorithms for symmetric matrices", 1968). Values only.
 */
import type { Matrix } from "./matrix.js";

/** Eigenvalues of a symmetric matrix in ascending order; only its lower triangle is read. */
export function symmetricEigenvalues(a: Matrix): Float64Array {
  const { diagonal, offDiagonal } = tridiagonalise(a);
  return tridiagonalEigenvalues(diagonal, offDiagonal);
}

/** The symmetric tridiagonal matrix with the same eigenvalues. `offDiagonal[i]` couples i and i + 1. */
function tridiagonalise(a: Matrix) {
  const size = a.rows;
  const work = a.data.slice();
  const diagonal = new Float64Array(size);
  const offDiagonal = new Float64Array(size);
  const product = new Float64Array(size);
  // Row `last` is reduced to its two entries next to the diagonal, from the bottom up.
  for (let last = size - 1; last > 0; last--) {
    const row = last * size;
    let scale = 0;
    for (let k = 0; k < last; k++) scale += Math.abs(work[row + k]!);
    diagonal[last] = work[row + last]!;
    if (last === 1 || scale === 0) {
      offDiagonal[last - 1] = work[row + last - 1]!;
      continue;
    }
    let square = 0;
    for (let k = 0; k < last; k++) {
      work[row + k]! /= scale;
      square += work[row + k]! ** 2;
    }
    const end = work[row + last - 1]!;
    const length = end >= 0 ? -Math.sqrt(square) : Math.sqrt(square);
    offDiagonal[last - 1] = scale * length;
    const half = square - end * length; // |u|² / 2 for u = row - length·e
    work[row + last - 1] = end - length;
    // p = A·u / half from the lower triangle, each row read once.
    product.fill(0, 0, last);
    for (let i = 0; i < last; i++) {
      const at = i * size;
      const ui = work[row + i]!;
      let sum = work[at + i]! * ui;
      for (let k = 0; k < i; k++) {
        const value = work[at + k]!;
        sum += value * work[row + k]!;
        product[k]! += value * ui;
      }
      product[i]! += sum;
    }
    let dot = 0;
    for (let i = 0; i < last; i++) {
      product[i]! /= half;
      dot += product[i]! * work[row + i]!;
    }
    const shift = dot / (2 * half);
    for (let i = 0; i < last; i++) product[i]! -= shift * work[row + i]!;
    // A ← A - u·qᵀ - q·uᵀ
    for (let i = 0; i < last; i++) {
      const at = i * size;
      const ui = work[row + i]!;
      const qi = product[i]!;
      for (let k = 0; k <= i; k++) work[at + k]! -= ui * product[k]! + qi * work[row + k]!;
    }
  }
  diagonal[0] = work[0] ?? 0;
  return { diagonal, offDiagonal };
}

/** Eigenvalues of a symmetric tridiagonal matrix, ascending. `offDiagonal[i]` couples i and i + 1. */
export function tridiagonalEigenvalues(
  diagonal: Float64Array,
  offDiagonal: Float64Array,
): Float64Array {
  const size = diagonal.length;
  const d = diagonal.slice();
  const e = new Float64Array(size);
  e.set(offDiagonal.subarray(0, Math.max(0, size - 1)));
  let norm = 0;
  for (let i = 0; i < size; i++) norm = Math.max(norm, Math.abs(d[i]!) + Math.abs(e[i]!));
  const negligible = (Number.EPSILON / 2) * norm;
  for (let start = 0; start < size; start++) {
    for (let steps = 0; ; steps++) {
      let end = start;
      while (end < size - 1 && !(Math.abs(e[end]!) <= negligible)) end++;
      if (end === start) break;
      if (steps === 100 || Number.isNaN(norm))
        throw new Error("symmetricEigenvalues: no convergence; does the matrix hold NaN?");
      implicitStep(d, e, start, end);
    }
  }
  return d.sort();
}

/** One implicit QL step with Wilkinson's shift on the block start … end. */
function implicitStep(d: Float64Array, e: Float64Array, start: number, end: number): void {
  let g = (d[start + 1]! - d[start]!) / (2 * e[start]!);
  let r = Math.hypot(g, 1);
  g = d[end]! - d[start]! + e[start]! / (g + (g >= 0 ? r : -r));
  let sine = 1;
  let cosine = 1;
  let moved = 0;
  for (let i = end - 1; i >= start; i--) {
    const f = sine * e[i]!;
    const b = cosine * e[i]!;
    r = Math.sqrt(f * f + g * g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1]! -= moved;
      e[end] = 0;
      return;
    }
    sine = f / r;
    cosine = g / r;
    g = d[i + 1]! - moved;
    const next = (d[i]! - g) * sine + 2 * cosine * b;
    moved = sine * next;
    d[i + 1] = g + moved;
    g = cosine * next - b;
  }
  d[start]! -= moved;
  e[start] = g;
  e[end] = 0;
}
