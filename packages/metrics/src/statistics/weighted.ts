import { addScatter, matrix } from "../linear-algebra/index.js";
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

/** Rows added to a scatter at once. */
const BLOCK = 256;

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
  // Rows times √weight, so that their scatter is the weighted one.
  const covariance = matrix(size, size);
  for (let from = 0; from < count; from += BLOCK) {
    const block = matrix(Math.min(BLOCK, count - from), size);
    for (let i = 0; i < block.rows; i++) {
      const scale = Math.sqrt(weights[from + i]! / (1 - squares));
      for (let j = 0; j < size; j++)
        block.data[i * size + j] = scale * (rows[(from + i) * size + j]! - mean[j]!);
    }
    addScatter(covariance, block);
  }
  for (let i = 0; i < size; i++)
    for (let j = 0; j < i; j++) covariance.data[i * size + j] = covariance.data[j * size + i]!;
  return gaussianFromCovariance({ count, mean, covariance });
}
