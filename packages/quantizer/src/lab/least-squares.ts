import type { HostTensor } from "@fqgan/tensor";

/** y ≈ x · matrix + bias. */
export interface AffineMap {
  /** [d, D] row-major */
  readonly matrix: Float32Array;
  /** [D] */
  readonly bias: Float32Array;
}

/** The affine map from x [N, d] to y [N, D] of least squared error, by the normal equations. */
export function fitAffine(x: HostTensor, y: HostTensor): AffineMap {
  const [count, inputs] = x.shape as [number, number];
  const outputs = y.shape[1]!;
  const size = inputs + 1; // the last input is 1
  const gram = Array.from({ length: size }, () => new Float64Array(size));
  const products = Array.from({ length: size }, () => new Float64Array(outputs));
  const row = new Float64Array(size).fill(1);
  for (let n = 0; n < count; n++) {
    for (let d = 0; d < inputs; d++) row[d] = x.data[n * inputs + d]!;
    for (let a = 0; a < size; a++) {
      for (let b = 0; b <= a; b++) gram[a]![b]! += row[a]! * row[b]!;
      for (let o = 0; o < outputs; o++) products[a]![o]! += row[a]! * y.data[n * outputs + o]!;
    }
  }
  // A ridge far below what matters keeps inputs that repeat one another solvable.
  const ridge = 1e-9 * gram.reduce((sum, values, i) => sum + values[i]!, 0);
  for (let a = 0; a < size; a++) gram[a]![a]! += ridge;
  solveInPlace(gram, products);
  const matrix = new Float32Array(inputs * outputs);
  for (let a = 0; a < inputs; a++) matrix.set(products[a]!, a * outputs);
  return { matrix, bias: Float32Array.from(products[inputs]!) };
}

/** Solves gram · w = right for a positive definite gram (lower half), leaving w in `right`. */
function solveInPlace(gram: Float64Array[], right: Float64Array[]): void {
  const size = gram.length;
  // Cholesky: gram = L Lᵀ, L in the lower half.
  for (let a = 0; a < size; a++)
    for (let b = 0; b <= a; b++) {
      let sum = gram[a]![b]!;
      for (let k = 0; k < b; k++) sum -= gram[a]![k]! * gram[b]![k]!;
      gram[a]![b] = a === b ? Math.sqrt(Math.max(sum, 1e-300)) : sum / gram[b]![b]!;
    }
  const subtract = (a: number, k: number, factor: number) => {
    for (let o = 0; o < right[a]!.length; o++) right[a]![o]! -= factor * right[k]![o]!;
  };
  const divide = (a: number) => {
    for (let o = 0; o < right[a]!.length; o++) right[a]![o]! /= gram[a]![a]!;
  };
  for (let a = 0; a < size; a++) {
    for (let k = 0; k < a; k++) subtract(a, k, gram[a]![k]!);
    divide(a);
  }
  for (let a = size - 1; a >= 0; a--) {
    for (let k = a + 1; k < size; k++) subtract(a, k, gram[k]![a]!);
    divide(a);
  }
}
