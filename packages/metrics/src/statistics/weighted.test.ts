import { createKey, fold, normal } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { frechetDistance } from "./frechet.js";
import { compareManifolds } from "./manifold.js";
import { Moments } from "./moments.js";
import { scoreOfRows, weightedInceptionScore } from "./prediction-spread.js";
import { weightedGaussian, weightedMean } from "./weighted.js";

const COUNT = 60;
const SIZE = 5;
const rows = normal(createKey(4), COUNT * SIZE);
const others = normal(fold(createKey(4), "other"), COUNT * SIZE).map((x) => 1.5 * x + 0.3);
const equal = new Float64Array(COUNT).fill(1 / COUNT);

const gaussianOf = (data: Float32Array) => {
  const moments = new Moments();
  moments.append({ shape: [data.length / SIZE, SIZE], data });
  return moments.gaussian();
};

describe("weightedGaussian", () => {
  it("with equal weights is the plain Gaussian", async () => {
    const plain = (await frechetDistance(gaussianOf(rows), gaussianOf(others))).distance;
    const weighted = await frechetDistance(
      weightedGaussian(rows, equal),
      weightedGaussian(others, equal),
    );
    expect(weighted.distance).toBeCloseTo(plain, 9);
  });

  it("leaves out rows of weight zero", async () => {
    const half = COUNT / 2;
    const weights = Float64Array.from({ length: COUNT }, (_, i) => (i < half ? 1 / half : 0));
    const first = gaussianOf(rows.subarray(0, half * SIZE));
    const weighted = weightedGaussian(rows, weights);
    expect(weighted.trace).toBeCloseTo(first.trace, 9);
    expect((await frechetDistance(first, weighted)).distance).toBeCloseTo(0, 9);
  });
});

describe("weightedMean", () => {
  it("weighs, and leaves out what is not finite", async () => {
    expect(weightedMean([10, 20, 40], [0.5, 0.25, 0.25])).toBe(20);
    expect(weightedMean([10, Number.POSITIVE_INFINITY, 40], [0.5, 0.25, 0.25])).toBe(20);
  });
});

describe("weighted precision, recall and inception score", () => {
  const side = (data: Float32Array) => ({ rows: data.length / SIZE, columns: SIZE, data });
  const [real, fake] = [side(rows), side(others)];
  const options = { k: 3, ball: "closed" } as const;

  it("with equal weights are the plain ones", async () => {
    const plain = await compareManifolds(real, fake, options);
    const weights = { real: equal, fake: equal };
    const weighted = await compareManifolds(real, fake, { ...options, weights });
    for (const name of ["precision", "recall", "density", "coverage"] as const)
      expect(weighted[name]).toBeCloseTo(plain[name], 12);
    const all = Int32Array.from({ length: COUNT }, (_, i) => i);
    expect(weightedInceptionScore(real, equal)).toBeCloseTo(scoreOfRows(real, all), 12);
  });
  it("leave out rows of weight zero", async () => {
    const half = COUNT / 2;
    const weights = Float64Array.from({ length: COUNT }, (_, i) => (i < half ? 1 / half : 0));
    const first = Int32Array.from({ length: half }, (_, i) => i);
    expect(weightedInceptionScore(real, weights)).toBeCloseTo(scoreOfRows(real, first), 12);
    const { precision } = await compareManifolds(real, fake, {
      ...options,
      weights: { fake: weights },
    });
    const firstHalf = side(others.subarray(0, half * SIZE));
    // The fake side's own balls do not enter its precision.
    const alone = await compareManifolds(real, firstHalf, options);
    expect(precision).toBeCloseTo(alone.precision, 12);
  });
});
