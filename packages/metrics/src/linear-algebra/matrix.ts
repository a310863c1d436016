/** A dense row-major matrix of float64. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** [rows · columns] */
  readonly data: Float64Array;
}

export function matrix(rows: number, columns: number, data?: Float64Array): Matrix {
  const values = data ?? new Float64Array(rows * columns);
  if (values.length !== rows * columns)
    throw new Error(
      `matrix: expected ${rows * columns} values for [${rows}, ${columns}], got ${values.length}`,
    );
  return { rows, columns, data: values };
}

export function transpose({ rows, columns, data }: Matrix): Matrix {
  const result = matrix(columns, rows);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) result.data[j * rows + i] = data[i * columns + j]!;
  return result;
}

/**
 * a·bᵀ, [M, K] and [N, K] → [M, N]. Four rows of each side at a time, so that every value read takes
 * part in four products.
 */
export function multiplyTransposed(a: Matrix, b: Matrix): Matrix {
  const depth = a.columns;
  if (b.columns !== depth)
    throw new Error(`multiplyTransposed: expected equal columns, got ${depth} and ${b.columns}`);
  const result = matrix(a.rows, b.rows);
  const [x, y, out] = [a.data, b.data, result.data];
  const fourRows = a.rows & ~3;
  for (let j = 0; j < b.rows; j++) {
    const q = j * depth;
    for (let i = 0; i < fourRows; i += 4) {
      const p0 = i * depth;
      const p1 = p0 + depth;
      const p2 = p1 + depth;
      const p3 = p2 + depth;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let k = 0; k < depth; k++) {
        const value = y[q + k]!;
        s0 += x[p0 + k]! * value;
        s1 += x[p1 + k]! * value;
        s2 += x[p2 + k]! * value;
        s3 += x[p3 + k]! * value;
      }
      out[i * b.rows + j] = s0;
      out[(i + 1) * b.rows + j] = s1;
      out[(i + 2) * b.rows + j] = s2;
      out[(i + 3) * b.rows + j] = s3;
    }
    for (let i = fourRows; i < a.rows; i++) {
      let sum = 0;
      for (let k = 0; k < depth; k++) sum += x[i * depth + k]! * y[q + k]!;
      out[i * b.rows + j] = sum;
    }
  }
  return result;
}

/** Adds xᵀ·x of a [N, D] block to the upper triangle of `scatter` [D, D], four rows of x at a time. */
export function addScatter(scatter: Matrix, x: Matrix): void {
  const size = x.columns;
  const [from, into] = [x.data, scatter.data];
  let n = 0;
  for (; n + 3 < x.rows; n += 4) {
    const r0 = n * size;
    const r1 = r0 + size;
    const r2 = r1 + size;
    const r3 = r2 + size;
    for (let i = 0; i < size; i++) {
      const a = from[r0 + i]!;
      const b = from[r1 + i]!;
      const c = from[r2 + i]!;
      const d = from[r3 + i]!;
      const row = i * size;
      for (let j = i; j < size; j++)
        into[row + j]! +=
          a * from[r0 + j]! + b * from[r1 + j]! + c * from[r2 + j]! + d * from[r3 + j]!;
    }
  }
  for (; n < x.rows; n++) {
    const r = n * size;
    for (let i = 0; i < size; i++) {
      const a = from[r + i]!;
      const row = i * size;
      for (let j = i; j < size; j++) into[row + j]! += a * from[r + j]!;
    }
  }
}
