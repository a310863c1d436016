/**
 * Householder QR of a tall panel with its reflections gathered in compact WY form (Schreiber & Van Loan,
 * 1989): Q = I - V·T·Vᵀ, so that applying them is matrix products.
 */
import { type Matrix, matrix } from "./matrix.js";

export interface Panel {
  /** V [M, r]: unit lower trapezoidal. */
  readonly vectors: Matrix;
  /** T [r, r], upper triangular. */
  readonly factor: Matrix;
  /** R [r, N], upper trapezoidal: the panel is Q·R. */
  readonly triangle: Matrix;
}

/** @param panel [M, N], overwritten; r = min(M, N) */
export function factorPanel(panel: Matrix): Panel {
  const { rows, columns, data } = panel;
  const count = Math.min(rows, columns);
  const betas = new Float64Array(count);
  const w = new Float64Array(columns);
  for (let j = 0; j < count; j++) {
    betas[j] = reflectColumn(panel, j);
    const beta = betas[j]!;
    if (beta === 0) continue;
    // w = β·vᵀP over the columns to the right, then P -= v·w; v is below the diagonal with a 1 on it.
    const top = j * columns;
    for (let k = j + 1; k < columns; k++) w[k] = data[top + k]!;
    for (let i = j + 1; i < rows; i++) {
      const at = i * columns;
      const v = data[at + j]!;
      for (let k = j + 1; k < columns; k++) w[k]! += v * data[at + k]!;
    }
    for (let k = j + 1; k < columns; k++) {
      w[k]! *= beta;
      data[top + k]! -= w[k]!;
    }
    for (let i = j + 1; i < rows; i++) {
      const at = i * columns;
      const v = data[at + j]!;
      for (let k = j + 1; k < columns; k++) data[at + k]! -= v * w[k]!;
    }
  }
  const { vectors, triangle } = separate(panel, count);
  return { vectors, triangle, factor: gather(vectors, betas) };
}

/**
 * Makes column j the reflection that maps it to (length, 0, …): its vector below the diagonal, scaled to
 * begin with 1, and the length on it.
 * @returns β of I - β·v·vᵀ
 */
function reflectColumn({ rows, columns, data }: Matrix, j: number): number {
  let largest = 0;
  for (let i = j; i < rows; i++) largest = Math.max(largest, Math.abs(data[i * columns + j]!));
  if (!(largest > 0)) {
    if (Number.isNaN(largest)) throw new Error("singular values: do the features hold NaN?");
    return 0;
  }
  let square = 0;
  for (let i = j; i < rows; i++) square += (data[i * columns + j]! / largest) ** 2;
  const first = data[j * columns + j]!;
  const norm = largest * Math.sqrt(square);
  const length = first > 0 ? -norm : norm;
  const head = first - length;
  for (let i = j + 1; i < rows; i++) data[i * columns + j]! /= head;
  data[j * columns + j] = length;
  return -head / length;
}

/** V and R out of the one array that held both. */
function separate({ rows, columns, data }: Matrix, count: number) {
  const vectors = matrix(rows, count);
  const triangle = matrix(count, columns);
  for (let i = 0; i < rows; i++) {
    const below = Math.min(i, count);
    vectors.data.set(data.subarray(i * columns, i * columns + below), i * count);
    if (i >= count) continue;
    vectors.data[i * count + i] = 1;
    triangle.data.set(data.subarray(i * columns + i, (i + 1) * columns), i * columns + i);
  }
  return { vectors, triangle };
}

/** T: column j is -β_j·T·(Vᵀv_j) above the diagonal and β_j on it. */
function gather(vectors: Matrix, betas: Float64Array): Matrix {
  const count = vectors.columns;
  const gram = new Float64Array(count * count);
  for (let i = 0; i < vectors.rows; i++) {
    const at = i * count;
    for (let a = 0; a < count; a++) {
      const v = vectors.data[at + a]!;
      if (v === 0) continue;
      for (let b = a + 1; b < count; b++) gram[a * count + b]! += v * vectors.data[at + b]!;
    }
  }
  const factor = matrix(count, count);
  for (let j = 0; j < count; j++) {
    const beta = betas[j]!;
    factor.data[j * count + j] = beta;
    for (let i = 0; i < j; i++) {
      let sum = 0;
      for (let k = i; k < j; k++) sum += factor.data[i * count + k]! * gram[k * count + j]!;
      factor.data[i * count + j] = -beta * sum;
    }
  }
  return factor;
}
