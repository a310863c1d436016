/**
 * An upper band to two diagonals by chasing bulges (Lang, 1999; Haidar, Ltaief & Dongarra, 2012): each
 * reflection's fill is moved a bandwidth down by the next, off the end, so the work is 8·N²·bandwidth.
 */
import type { UpperBand } from "./band.js";

/** Destroys `band`. @returns the diagonals of an upper bidiagonal matrix with the same singular values */
export function chaseToBidiagonal(band: UpperBand): {
  readonly diagonal: Float64Array;
  readonly superDiagonal: Float64Array;
} {
  const { size, bandwidth, data } = band;
  const vector = new Float64Array(2 * bandwidth);
  const sums = new Float64Array(2 * bandwidth);
  for (let sweep = 0; sweep < size - 1 && bandwidth > 1; sweep++) {
    let row = sweep;
    for (let from = sweep + 1; from < size; from += bandwidth) {
      const to = Math.min(from + bandwidth, size);
      reflectRow({ band, vector, row, from, to });
      reflectColumn({ band, vector, sums, from, to });
      row = from;
    }
  }
  const diagonal = Float64Array.from({ length: size }, (_, i) => data[band.row(i) + i]!);
  const superDiagonal = Float64Array.from({ length: size }, (_, i) =>
    i + 1 < size ? data[band.row(i) + i + 1]! : 0,
  );
  return { diagonal, superDiagonal };
}

/** From the right: row `row` keeps only its first entry of columns from … to. */
function reflectRow(at: {
  readonly band: UpperBand;
  readonly vector: Float64Array;
  readonly row: number;
  readonly from: number;
  readonly to: number;
}): void {
  const { band, vector, row, from, to } = at;
  const { data } = band;
  const length = to - from;
  const first = band.row(row) + from;
  for (let j = 0; j < length; j++) vector[j] = data[first + j]!;
  const { beta, head } = reflection(vector, length);
  if (beta === 0) return;
  data[first] = head;
  for (let j = 1; j < length; j++) data[first + j] = 0;
  for (let i = row + 1; i < to; i++) {
    const start = band.row(i) + from;
    let dot = 0;
    for (let j = 0; j < length; j++) dot += vector[j]! * data[start + j]!;
    const scale = beta * dot;
    for (let j = 0; j < length; j++) data[start + j]! -= scale * vector[j]!;
  }
}

/** From the left: column `from` keeps only its first entry of rows from … to. */
function reflectColumn(at: {
  readonly band: UpperBand;
  readonly vector: Float64Array;
  readonly sums: Float64Array;
  readonly from: number;
  readonly to: number;
}): void {
  const { band, vector, sums, from, to } = at;
  const { data, size, bandwidth } = band;
  const length = to - from;
  for (let i = 0; i < length; i++) vector[i] = data[band.row(from + i) + from]!;
  const { beta, head } = reflection(vector, length);
  if (beta === 0) return;
  data[band.row(from) + from] = head;
  for (let i = 1; i < length; i++) data[band.row(from + i) + from] = 0;
  const columns = Math.min(to + bandwidth, size) - from;
  sums.fill(0, 1, columns);
  for (let i = 0; i < length; i++) {
    const start = band.row(from + i) + from;
    const v = vector[i]!;
    for (let j = 1; j < columns; j++) sums[j]! += v * data[start + j]!;
  }
  for (let i = 0; i < length; i++) {
    const start = band.row(from + i) + from;
    const v = beta * vector[i]!;
    for (let j = 1; j < columns; j++) data[start + j]! -= v * sums[j]!;
  }
}

/** Turns x into the vector of I - β·x·xᵀ, which maps it to (head, 0, …). */
function reflection(x: Float64Array, length: number): { beta: number; head: number } {
  let largest = 0;
  for (let i = 0; i < length; i++) largest = Math.max(largest, Math.abs(x[i]!));
  if (largest === 0) return { beta: 0, head: 0 };
  let square = 0;
  for (let i = 0; i < length; i++) {
    x[i]! /= largest;
    square += x[i]! * x[i]!;
  }
  const first = x[0]!;
  const norm = first > 0 ? -Math.sqrt(square) : Math.sqrt(square);
  x[0] = first - norm;
  return { beta: 1 / (square - first * norm), head: norm * largest };
}
