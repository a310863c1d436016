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

/** The t below which a share of Student's distribution lies, by halving its distribution function. */
export function studentQuantile(share: number, degrees: number): number {
  let [low, high] = [-1e6, 1e6];
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (studentCdf(middle, degrees) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function studentCdf(t: number, degrees: number): number {
  const tail = 0.5 * incompleteBeta(degrees / (degrees + t * t), { a: degrees / 2, b: 0.5 });
  return t > 0 ? 1 - tail : tail;
}

/** Regularised incomplete beta function by its continued fraction (Lentz), Numerical Recipes 6.4. */
function incompleteBeta(x: number, { a, b }: { a: number; b: number }): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x),
  );
  // The fraction converges quickly on this side only.
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(x, a, b)) / a
    : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const away = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    for (const term of [even, odd]) {
      d = 1 / away(1 + term * d);
      c = away(1 + term / c);
      fraction *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  return fraction;
}

/** Lanczos' approximation. */
function logGamma(x: number): number {
  const terms = [
    76.18009172947146, -86.50532032941678, 24.01409824083091, -1.231739572450155,
    0.1208650973866179e-2, -0.5395239384953e-5,
  ];
  const base = x + 5.5 - (x + 0.5) * Math.log(x + 5.5);
  const series = terms.reduce((sum, term, i) => sum + term / (x + 1 + i), 1.000000000190015);
  return -base + Math.log((2.5066282746310007 * series) / x);
}
