/**
 * Confidence intervals that hold where they are used. Means over images are bootstrapped (Efron, 1979).
 * Fréchet, kernel and nearest-neighbour numbers are biased in the number of samples, and a resample with
 * repeated rows has fewer different ones: its distances are those of a smaller set. For them samples are
 * only ever left out: a fold at a time (the grouped jackknife; Efron & Stein, 1981) or half of them (the
 * delete-d jackknife; Shao & Wu, 1989).
 */
import { RandomState } from "./numpy-random.js";
import { studentQuantile } from "./student.js";

/** A confidence interval and what it is of. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  /** Share of repetitions in which it holds the expected value, such as 0.95. */
  readonly level: number;
  /** How it was made and what it covers, in words. */
  readonly method: string;
}

export const LEVEL = 0.95;
const RESAMPLES = 1000;

/** Of the mean of independent values; undefined below two of them. */
export function bootstrapMean(values: readonly number[], seed = 2020): Interval | undefined {
  const count = values.length;
  if (count < 2) return undefined;
  const random = new RandomState(seed);
  const means = Float64Array.from({ length: RESAMPLES }, () => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += values[Math.floor((random.uint32() / 2 ** 32) * count)]!;
    return sum / count;
  }).sort();
  const at = (share: number) => means[Math.round(share * (RESAMPLES - 1))]!;
  return {
    low: at((1 - LEVEL) / 2),
    high: at((1 + LEVEL) / 2),
    level: LEVEL,
    method: `bootstrap of images, ${RESAMPLES} resamples`,
  };
}

export interface Jackknife {
  readonly standardError: number;
  /** The estimate without its bias of order 1/N: for FID, what infinitely many samples would give. */
  readonly corrected: number;
  readonly interval: Interval;
}

/**
 * From the estimate on all samples and those with one fold left out. The interval covers what the
 * estimate is on average at this number of samples.
 */
export function jackknife(estimate: number, leftOut: readonly number[]): Jackknife {
  const folds = leftOut.length;
  const mean = leftOut.reduce((sum, value) => sum + value, 0) / folds;
  const squares = leftOut.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const standardError = Math.sqrt(((folds - 1) / folds) * squares);
  const reach = standardErrors(folds - 1) * standardError;
  return {
    standardError,
    corrected: folds * estimate - (folds - 1) * mean,
    interval: {
      low: estimate - reach,
      high: estimate + reach,
      level: LEVEL,
      method: `jackknife over ${folds} folds, for this number of samples`,
    },
  };
}

/** From the estimate on all samples and those on random halves, drawn without replacement. */
export function halfSampling(estimate: number, halves: readonly number[]): Interval {
  const mean = halves.reduce((sum, value) => sum + value, 0) / halves.length;
  const squares = halves.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const reach = standardErrors(halves.length - 1) * Math.sqrt(squares / (halves.length - 1));
  return {
    low: estimate - reach,
    high: estimate + reach,
    level: LEVEL,
    method: `${halves.length} random halves, for this number of samples`,
  };
}

/** Of the mean of a few independent, equally distributed estimates. */
export function meanInterval(estimates: readonly number[], of: string): Interval | undefined {
  const count = estimates.length;
  if (count < 2) return undefined;
  const mean = estimates.reduce((sum, value) => sum + value, 0) / count;
  const squares = estimates.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const reach = standardErrors(count - 1) * Math.sqrt(squares / (count - 1) / count);
  return {
    low: mean - reach,
    high: mean + reach,
    level: LEVEL,
    method: `spread of ${count} ${of}`,
  };
}

/** How many standard errors an interval reaches to either side. */
const standardErrors = (degrees: number): number => studentQuantile((1 + LEVEL) / 2, degrees);
