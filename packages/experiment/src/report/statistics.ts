import { studentCdf, studentQuantile } from "@fqgan/metrics";

/** A difference between two rows over the seeds that both have, with its 95 % interval. */
export interface PairedDifference {
  /** Mean of (value - baseline). */
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** Seeds that both have. */
  readonly pairs: number;
}

/** Values by seed; by repetition where folds repeat a sweep, too. */
export type BySeed = ReadonlyMap<number, number>;

const CONFIDENCE = 0.95;

/**
 * Student's interval of the mean difference. Seeds share data order and initial noise, so pairing takes
 * their common luck out; with one pair there is no spread and no interval.
 */
export function pairedDifference(values: BySeed, baseline: BySeed): PairedDifference | undefined {
  const differences = [...values].flatMap(([seed, value]) => {
    const other = baseline.get(seed);
    return other === undefined ? [] : [value - other];
  });
  const pairs = differences.length;
  if (pairs < 2) return undefined;
  const mean = differences.reduce((sum, value) => sum + value, 0) / pairs;
  const squares = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const error = Math.sqrt(squares / (pairs - 1) / pairs);
  const half = studentQuantile((1 + CONFIDENCE) / 2, pairs - 1) * error;
  return { mean, low: mean - half, high: mean + half, pairs };
}

/** Two-sided: how likely a mean difference as far from zero is where there is none, by Student's t. */
export function pairedP({ mean, low, high, pairs }: PairedDifference): number {
  const half = (high - low) / 2;
  if (half === 0) return mean === 0 ? 1 : 0;
  const t = (Math.abs(mean) / half) * studentQuantile((1 + CONFIDENCE) / 2, pairs - 1);
  return 2 * (1 - studentCdf(t, pairs - 1));
}

/**
 * Holm's correction (Scandinavian Journal of Statistics 6, 1979) of the p-values of one family: the chance of
 * calling any of them different that is not stays below the level.
 */
export function holm(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const adjusted = new Array<number>(values.length);
  let most = 0;
  for (const [rank, i] of order.entries()) {
    most = Math.max(most, Math.min(1, (values.length - rank) * values[i]!));
    adjusted[i] = most;
  }
  return adjusted;
}

export const excludesZero = ({ low, high }: PairedDifference): boolean => low > 0 || high < 0;
