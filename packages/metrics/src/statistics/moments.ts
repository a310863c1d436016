/**
 * Mean and covariance of streamed rows in float64, merged with the pairwise update of Chan, Golub &
 * LeVeque ("Updating formulae and a pairwise algorithm for computing sample variances", 1979).
 */
import { addScatter, factorCovariance, type Matrix, matrix } from "../linear-algebra/index.js";
import type { NpyArray } from "../npz/npy.js";
import { Rows } from "./rows.js";

/** A Gaussian that Fréchet distances compare. */
export interface Gaussian {
  /** Number of samples behind it; NaN when a statistics file does not say. */
  readonly count: number;
  /** [D] */
  readonly mean: Float64Array;
  /** trace of the covariance */
  readonly trace: number;
  /** F [r, D] with FᵀF = covariance: made at the first call, kept for the next. */
  factor(): Promise<Matrix>;
}

/** Mean and covariance in full. */
export interface Statistics {
  readonly count: number;
  /** [D] */
  readonly mean: Float64Array;
  /** [D, D], symmetric */
  readonly covariance: Matrix;
}

/**
 * Up to D rows are kept as they are: they are smaller than their covariance and, being its exact
 * square root, let a rank-deficient distance be computed without rounding noise. More are folded into
 * mean and scatter in blocks of D rows, so that results do not depend on the batch size.
 */
export class Moments {
  /** Rows not yet folded. */
  readonly #recent = new Rows();
  #folded = 0;
  #mean = new Float64Array(0);
  /** Running sums in float32, one row after another, as NumPy adds float32 rows. */
  #roughSums = new Float32Array(0);
  /** Sum of (x - mean)(x - mean)ᵀ over the folded rows, upper triangle. */
  #scatter: Matrix | undefined;

  get count(): number {
    return this.#folded + this.#recent.count;
  }

  /** @param rows [B, D] */
  append(rows: { readonly shape: readonly number[]; readonly data: ArrayLike<number> }): void {
    const columns = rows.shape[1] ?? 0;
    const values = Float32Array.from(rows.data);
    if (this.#roughSums.length === 0) this.#roughSums = new Float32Array(columns);
    for (let i = 0; i < values.length; i++) this.#roughSums[i % columns]! += values[i]!;
    this.#append(values, columns);
  }

  #append(values: Float32Array, columns: number): void {
    const count = values.length / columns;
    for (let from = 0; from < count; ) {
      if (this.#recent.count === columns) this.#fold();
      const to = Math.min(count, from + columns - this.#recent.count);
      this.#recent.append({
        shape: [to - from, columns],
        data: values.subarray(from * columns, to * columns),
      });
      from = to;
    }
  }

  merge(state: Readonly<Record<string, NpyArray>>): void {
    const { count, mean, scatter, rows } = state;
    const other = Number(count?.data[0] ?? 0);
    if (other > 0)
      this.#addMoments(other, mean!.data as Float64Array, scatter!.data as Float64Array);
    if (rows && rows.data.length > 0) this.#append(rows.data as Float32Array, rows.shape[1]!);
    const sums = (state.roughSums?.data ?? []) as Float32Array;
    if (this.#roughSums.length === 0) this.#roughSums = Float32Array.from(sums);
    else for (let i = 0; i < sums.length; i++) this.#roughSums[i]! += sums[i]!;
  }

  state(): Record<string, NpyArray> {
    const rows = this.#recent.toArray();
    const roughSums = { shape: [this.#roughSums.length], data: this.#roughSums.slice() };
    if (!this.#scatter) return { rows, roughSums };
    const size = this.#mean.length;
    return {
      rows,
      roughSums,
      count: { shape: [1], data: Float64Array.of(this.#folded) },
      mean: { shape: [size], data: this.#mean.slice() },
      scatter: { shape: [size, size], data: this.#scatter.data.slice() },
    };
  }

  /** The mean as ADM, torch-fidelity and clean-fid take it: in float32, so the last digits differ. */
  roughMean(): Float64Array {
    return Float64Array.from(this.#roughSums, (sum) => Math.fround(sum / this.count));
  }

  /** The sample Gaussian, its covariance over N - 1. */
  gaussian(): Gaussian {
    if (this.#scatter) return gaussianFromCovariance(this.covariance());
    const rows = this.#recent.toMatrix();
    const factor = contrasts(rows, this.count - 1);
    const trace = factor.data.reduce((sum, value) => sum + value * value, 0);
    return {
      count: this.count,
      mean: columnMeans(rows),
      trace,
      factor: () => Promise.resolve(factor),
    };
  }

  /** Mean [D] and covariance [D, D] over N - 1: what statistics files hold. */
  covariance(): Statistics {
    const whole = new Moments();
    whole.merge(this.state());
    whole.#fold();
    const size = whole.#mean.length;
    const sums = whole.#scatter?.data ?? new Float64Array(0);
    const covariance = matrix(size, size);
    for (let i = 0; i < size; i++)
      for (let j = i; j < size; j++) {
        const value = sums[i * size + j]! / (this.count - 1);
        covariance.data[i * size + j] = value;
        covariance.data[j * size + i] = value;
      }
    return { count: this.count, mean: whole.#mean, covariance };
  }

  /** Moves the recent rows into mean and scatter. */
  #fold(): void {
    const block = this.#recent.toMatrix();
    if (block.rows === 0) return;
    const mean = columnMeans(block);
    for (let i = 0; i < block.rows; i++)
      for (let j = 0; j < block.columns; j++) block.data[i * block.columns + j]! -= mean[j]!;
    const scatter = matrix(block.columns, block.columns);
    addScatter(scatter, block);
    this.#recent.clear();
    this.#addMoments(block.rows, mean, scatter.data);
  }

  #addMoments(count: number, mean: Float64Array, scatter: Float64Array): void {
    const size = mean.length;
    if (!this.#scatter) {
      this.#folded = count;
      this.#mean = mean.slice();
      this.#scatter = matrix(size, size, scatter.slice());
      return;
    }
    const total = this.#folded + count;
    const delta = mean.map((value, i) => value - this.#mean[i]!);
    const weight = (this.#folded * count) / total;
    const into = this.#scatter.data;
    for (let i = 0; i < size; i++) {
      const scaled = delta[i]! * weight;
      for (let j = i; j < size; j++)
        into[i * size + j]! += scatter[i * size + j]! + scaled * delta[j]!;
    }
    for (let i = 0; i < size; i++) this.#mean[i]! += (delta[i]! * count) / total;
    this.#folded = total;
  }
}

/** A Gaussian from its statistics: a reference file, say. */
export function gaussianFromCovariance({ count, mean, covariance }: Statistics): Gaussian {
  let trace = 0;
  for (let i = 0; i < mean.length; i++) trace += covariance.data[i * mean.length + i]!;
  let factor: Promise<Matrix> | undefined;
  return {
    count,
    mean,
    trace,
    factor() {
      factor ??= factorCovariance(covariance);
      return factor;
    },
  };
}

function columnMeans(x: Matrix): Float64Array {
  const mean = new Float64Array(x.columns);
  for (let i = 0; i < x.rows; i++)
    for (let j = 0; j < x.columns; j++) mean[j]! += x.data[i * x.columns + j]!;
  return mean.map((sum) => sum / x.rows);
}

/**
 * N rows as N - 1 Helmert contrasts divided by √divisor: an orthonormal basis of the centred rows, so
 * the scatter is the same and no direction is structurally zero.
 */
function contrasts(x: Matrix, divisor: number): Matrix {
  const { rows, columns } = x;
  const result = matrix(Math.max(0, rows - 1), columns);
  const sum = new Float64Array(columns);
  for (let k = 0; k < rows; k++) {
    const scale = 1 / Math.sqrt(k * (k + 1) * divisor);
    for (let j = 0; j < columns; j++) {
      const value = x.data[k * columns + j]!;
      if (k > 0) result.data[(k - 1) * columns + j] = (sum[j]! - k * value) * scale;
      sum[j]! += value;
    }
  }
  return result;
}
