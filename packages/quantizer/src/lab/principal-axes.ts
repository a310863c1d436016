import type { HostTensor } from "@fqgan/tensor";

/** The directions in which vectors vary most. */
export interface PrincipalAxes {
  /** [D] */
  readonly mean: Float64Array;
  /** D unit vectors [D], by falling variance. */
  readonly axes: readonly Float64Array[];
  /** The variance along each. */
  readonly variances: Float64Array;
}

/** Principal component analysis of [N, D], by cyclic Jacobi rotations of the covariance. */
export function principalAxes({ shape, data }: HostTensor): PrincipalAxes {
  const [count, size] = shape as [number, number];
  const mean = new Float64Array(size);
  for (let i = 0; i < data.length; i++) mean[i % size]! += data[i]! / count;
  const covariance = Array.from({ length: size }, () => new Float64Array(size));
  const row = new Float64Array(size);
  for (let n = 0; n < count; n++) {
    for (let d = 0; d < size; d++) row[d] = data[n * size + d]! - mean[d]!;
    for (let a = 0; a < size; a++)
      for (let b = 0; b <= a; b++) covariance[a]![b]! += (row[a]! * row[b]!) / count;
  }
  for (let a = 0; a < size; a++) for (let b = 0; b < a; b++) covariance[b]![a] = covariance[a]![b]!;
  const axes = diagonalize(covariance);
  const order = [...axes.keys()].sort((a, b) => covariance[b]![b]! - covariance[a]![a]!);
  return {
    mean,
    axes: order.map((i) => axes[i]!),
    variances: Float64Array.from(order, (i) => Math.max(0, covariance[i]![i]!)),
  };
}

/** Makes a symmetric matrix diagonal in place; returns its eigenvectors in the order of the diagonal. */
function diagonalize(matrix: Float64Array[]): Float64Array[] {
  const size = matrix.length;
  const vectors = matrix.map((_, i) => Float64Array.from({ length: size }, (_, j) => +(i === j)));
  const total = matrix.reduce((sum, row, i) => sum + row[i]! ** 2, 0);
  for (let sweep = 0; sweep < 50; sweep++) {
    let rest = 0;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rest += matrix[p]![q]! ** 2;
    if (rest <= 1e-20 * total) break;
    for (let p = 0; p < size; p++) for (let q = p + 1; q < size; q++) rotate(matrix, vectors, p, q);
  }
  return vectors;
}

/** One Jacobi rotation, after which matrix[p][q] is 0. */
function rotate(matrix: Float64Array[], vectors: Float64Array[], p: number, q: number): void {
  const offDiagonal = matrix[p]![q]!;
  if (offDiagonal === 0) return;
  const theta = (matrix[q]![q]! - matrix[p]![p]!) / (2 * offDiagonal);
  const tangent = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  for (const row of matrix) turn(row, p, q, cosine, sine);
  const [rowP, rowQ] = [matrix[p]!, matrix[q]!];
  turnRows(rowP, rowQ, cosine, sine);
  turnRows(vectors[p]!, vectors[q]!, cosine, sine);
}

function turn(row: Float64Array, p: number, q: number, cosine: number, sine: number): void {
  const [a, b] = [row[p]!, row[q]!];
  row[p] = cosine * a - sine * b;
  row[q] = sine * a + cosine * b;
}

function turnRows(rowP: Float64Array, rowQ: Float64Array, cosine: number, sine: number): void {
  for (let i = 0; i < rowP.length; i++) {
    const [a, b] = [rowP[i]!, rowQ[i]!];
    rowP[i] = cosine * a - sine * b;
    rowQ[i] = sine * a + cosine * b;
  }
}
