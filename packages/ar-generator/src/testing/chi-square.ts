/** Pearson's test, for this package's tests. */

/** The probability of counts at least as far from `probabilities` as these; small means they differ. */
export function chiSquare(counts: ArrayLike<number>, probabilities: ArrayLike<number>): number {
  const total = Array.from(counts).reduce((sum, count) => sum + count, 0);
  let statistic = 0;
  let categories = 0;
  for (let i = 0; i < counts.length; i++) {
    const expected = total * probabilities[i]!;
    if (expected === 0) {
      if (counts[i]! > 0) return 0;
      continue;
    }
    statistic += (counts[i]! - expected) ** 2 / expected;
    categories += 1;
  }
  return upperGamma((categories - 1) / 2, statistic / 2);
}

/** The regularised incomplete gamma function Q(a, x) for a a multiple of 1/2, by its recurrence. */
function upperGamma(a: number, x: number): number {
  let order = a % 1 === 0 ? 1 : 0.5;
  let value = order === 1 ? Math.exp(-x) : erfc(Math.sqrt(x));
  // Q(a + 1, x) = Q(a, x) + xᵃ e⁻ˣ / Γ(a + 1)
  let term = order === 1 ? x * Math.exp(-x) : 2 * Math.sqrt(x / Math.PI) * Math.exp(-x);
  for (; order < a; order++) {
    value += term;
    term *= x / (order + 1);
  }
  return value;
}

/** Abramowitz & Stegun 7.1.26, to 1.5e-7. */
function erfc(x: number): number {
  const t = 1 / (1 + 0.3275911 * x);
  const series =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return series * Math.exp(-x * x);
}
