import type { FeatureRows } from "./tiles.js";

/**
 * The inception score of some rows of logits: exp of the mean over rows of Σ p (log p - log mean p), by
 * log-softmax in float64.
 *
 * @param weights of all rows, where they do not count the same; those of `chosen` are scaled to sum to 1
 */
export function scoreOfRows(
  { columns, data }: FeatureRows,
  chosen: ArrayLike<number>,
  weights?: ArrayLike<number>,
): number {
  const marginal = new Float64Array(columns);
  let negativeEntropy = 0;
  let total = 0;
  for (let i = 0; i < chosen.length; i++) {
    const row = chosen[i]!;
    const weight = weights?.[row] ?? 1;
    total += weight;
    const values = data.subarray(row * columns, (row + 1) * columns);
    const largest = values.reduce((most, value) => Math.max(most, value), -Infinity);
    const sum = values.reduce((before, value) => before + Math.exp(value - largest), 0);
    const logSum = Math.log(sum);
    for (let c = 0; c < columns; c++) {
      const logProbability = values[c]! - largest - logSum;
      const probability = weight * Math.exp(logProbability);
      negativeEntropy += probability * logProbability;
      marginal[c]! += probability;
    }
  }
  // Mean over rows of Σ p log p̄ is Σ p̄ log p̄.
  const marginalTerm = marginal.reduce((sum, value) => {
    const mean = value / total;
    return mean > 0 ? sum + mean * Math.log(mean) : sum;
  }, 0);
  return Math.exp(negativeEntropy / total - marginalTerm);
}

/** The inception score of all rows together, each with its weight. */
export function weightedInceptionScore(logits: FeatureRows, weights: ArrayLike<number>): number {
  return scoreOfRows(
    logits,
    Int32Array.from({ length: logits.rows }, (_, i) => i),
    weights,
  );
}
