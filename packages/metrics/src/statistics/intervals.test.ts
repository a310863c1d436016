/** Intervals on Gaussians, whose distances are known: how often they hold what they say they hold. */
import { createKey, fold, hostTensor, normal } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { createMetric } from "../evaluate.js";
import { bootstrapMean, type Interval, jackknife } from "./intervals.js";

const REPETITIONS = 200;
const key = createKey(20);

/** Rows of D independent normal numbers of this mean and deviation. */
function gaussian(of: {
  readonly name: string;
  readonly repetition: number;
  readonly count: number;
  readonly columns: number;
  readonly mean?: number;
  readonly deviation?: number;
}) {
  const { name, repetition, count, columns, mean = 0, deviation = 1 } = of;
  const values = normal(fold(key, name, repetition), count * columns);
  return hostTensor(
    values.map((value) => mean + deviation * value),
    [count, columns],
  );
}

/** One number and its interval in every repetition, and the average number. */
async function repeat(
  measure: (repetition: number) => Promise<{ value: number; interval: Interval }>,
) {
  const all: { value: number; interval: Interval }[] = [];
  for (let repetition = 0; repetition < REPETITIONS; repetition++)
    all.push(await measure(repetition));
  const average = all.reduce((sum, { value }) => sum + value, 0) / REPETITIONS;
  const covering = (target: number) =>
    all.filter(({ interval: { low, high } }) => low <= target && target <= high).length /
    REPETITIONS;
  return { average, covering };
}

/** The value of a feature metric between two sets of Gaussian rows. */
const measured =
  (config: { name: string; [option: string]: unknown }, value: string) =>
  (sets: { count: number; columns: number; mean: number; deviation: number }) =>
  async (repetition: number) => {
    const { count, columns } = sets;
    const metric = createMetric(config);
    metric.update({
      features: {
        real: gaussian({ name: "real", repetition, count, columns }),
        fake: gaussian({ name: "fake", repetition, ...sets }),
      },
    });
    const { values, intervals } = await metric.compute();
    return { value: values[value]!, interval: intervals![value]! };
  };

describe("jackknife", () => {
  it("of a mean is the textbook standard error, without bias", () => {
    const values = [3, 8, 1, 9, 4, 4];
    const mean = values.reduce((sum, value) => sum + value, 0) / 6;
    const leftOut = values.map((value) => (6 * mean - value) / 5);
    const spread = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    const { standardError, corrected } = jackknife(mean, leftOut);
    expect(standardError).toBeCloseTo(Math.sqrt(spread / 5 / 6), 12);
    expect(corrected).toBeCloseTo(mean, 12);
  });
});

describe("intervals hold the expected value about as often as they say", () => {
  it("of a mean over images", async () => {
    const { covering } = await repeat(async (repetition) => {
      const values = [...gaussian({ name: "images", repetition, count: 60, columns: 1 }).data].map(
        (value) => value ** 2,
      );
      const value = values.reduce((sum, x) => sum + x, 0) / values.length;
      return { value, interval: bootstrapMean(values)! };
    });
    expect(covering(1)).toBeGreaterThan(0.88);
    expect(covering(1)).toBeLessThan(0.99);
  });

  it("of FID between different sets", async () => {
    const fid = measured({ name: "fid", folds: 10 }, "fid");
    const sets = { count: 200, columns: 4, mean: 0.3, deviation: 1.3 };
    const { average, covering } = await repeat(fid(sets));
    expect(covering(average)).toBeGreaterThan(0.9);
    expect(covering(average)).toBeLessThan(0.99);
  });

  it("of FID between sets of one distribution, where it is all bias", async () => {
    const fid = measured({ name: "fid", folds: 10 }, "fid");
    const { average, covering } = await repeat(
      fid({ count: 200, columns: 4, mean: 0, deviation: 1 }),
    );
    expect(covering(average)).toBeGreaterThan(0.9);
  });

  it("of FID in the corrected sense: its centre without bias is the true distance", async () => {
    const columns = 4;
    const [mean, deviation] = [0.3, 1.3];
    const truth = columns * (mean ** 2 + (deviation - 1) ** 2);
    let [raw, corrected] = [0, 0];
    for (let repetition = 0; repetition < REPETITIONS; repetition++) {
      const metric = createMetric({ name: "fid", folds: 10 });
      metric.update({
        features: {
          real: gaussian({ name: "real", repetition, count: 100, columns }),
          fake: gaussian({ name: "fake", repetition, count: 100, columns, mean, deviation }),
        },
      });
      const { values, details } = await metric.compute();
      raw += values.fid! / REPETITIONS;
      corrected += details.corrected! / REPETITIONS;
    }
    expect(raw - truth).toBeGreaterThan(0.1);
    expect(Math.abs(corrected - truth)).toBeLessThan(0.05);
  });

  it("of KID", async () => {
    const kid = measured({ name: "kid", subsets: 1 }, "kid");
    const { average, covering } = await repeat(
      kid({ count: 100, columns: 4, mean: 0.5, deviation: 1 }),
    );
    expect(covering(average)).toBeGreaterThan(0.9);
  });

  it("of precision and recall", async () => {
    for (const value of ["precision", "recall"]) {
      const metric = measured({ name: "precision-recall", halves: 20 }, value);
      const { average, covering } = await repeat(
        metric({ count: 100, columns: 4, mean: 0.8, deviation: 1.3 }),
      );
      expect(covering(average)).toBeGreaterThan(0.88);
    }
  });
});
