import { createKey, fold, normal } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { frechetDistance } from "./frechet.js";
import { Moments } from "./moments.js";
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
