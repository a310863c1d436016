/**
 * Eigenvalues of symmetric tridiagonal matrices by implicit QL steps (Dubrulle, Martin & Wilkinson,
 * "The implicit QL algorithm", 1968). Values only.
 */

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
        throw new Error("singular values: no convergence; do the features hold NaN?");
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
