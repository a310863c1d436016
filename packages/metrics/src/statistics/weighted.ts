import { matrix } from "../linear-algebra/index.js";
import { type Gaussian, gaussianFromCovariance } from "./moments.js";

/** Σ wᵢ·xᵢ / Σ wᵢ over the finite values; NaN if there is none. */
export function weightedMean(values: ArrayLike<number>, weights: ArrayLike<number>): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]!)) continue;
    sum += weights[i]! * values[i]!;
    total += weights[i]!;
  }
  return sum / total;
}

/**
 * Mean and covariance of rows that do not count the same, for a Fréchet distance between reweighted
 * sets (each class weighing the same, say). The covariance is Σ wᵢ(xᵢ - m)(xᵢ - m)ᵀ / (1 - Σ wᵢ²) with
 * Σ wᵢ = 1, which is unbiased, and with equal weights the usual N - 1.
 *
 * @param rows N·D values, row by row
 * @param weights [N], summing to 1
 */
export function weightedGaussian(rows: ArrayLike<number>, weights: ArrayLike<number>): Gaussian {
  const count = weights.length;
  const size = rows.length / count;
  const mean = new Float64Array(size);
  let squares = 0;
  for (let i = 0; i < count; i++) {
    squares += weights[i]! ** 2;
    for (let j = 0; j < size; j++) mean[j]! += weights[i]! * rows[i * size + j]!;
  }
  const covariance = matrix(size, size);
  const centred = new Float64Array(size);
  for (let i = 0; i < count; i++) {
    const weight = weights[i]! / (1 - squares);
    for (let j = 0; j < size; j++) centred[j] = rows[i * size + j]! - mean[j]!;
    for (let j = 0; j < size; j++)
      for (let k = 0; k < size; k++)
        covariance.data[j * size + k]! += weight * centred[j]! * centred[k]!;
  }
  return gaussianFromCovariance({ count, mean, covariance });
}
