import { createKey, normal } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { matrix } from "../linear-algebra/index.js";
import { frechetDistance } from "./frechet.js";
import { gaussianFromCovariance, Moments } from "./moments.js";

const diagonal = (mean: number[], variances: number[]) => {
  const size = mean.length;
  const covariance = matrix(size, size);
  variances.forEach((value, i) => {
    covariance.data[i * size + i] = value;
  });
  return gaussianFromCovariance({ count: 10, mean: Float64Array.from(mean), covariance });
};

function sample(seed: number, count: number, columns: number) {
  const moments = new Moments();
  moments.append({ shape: [count, columns], data: normal(createKey(seed), count * columns) });
  return moments.gaussian();
}

describe("frechetDistance", () => {
  it("of diagonal Gaussians is |m₁ - m₂|² + Σ (√v₁ - √v₂)²", () => {
    const { distance } = frechetDistance(
      diagonal([1, 2, 3], [4, 9, 0]),
      diagonal([1, 0, 3], [1, 16, 25]),
    );
    expect(distance).toBeCloseTo(4 + 1 + 1 + 25, 12);
  });
  it("is 0 between equal sets, with more rows than features or fewer", () => {
    for (const count of [5, 40]) {
      const gaussian = sample(1, count, 12);
      const { distance, raw } = frechetDistance(gaussian, gaussian);
      expect(distance).toBeGreaterThanOrEqual(0);
      expect(Math.abs(raw)).toBeLessThan(1e-12);
    }
  });
  it("is symmetric, also between sets of full and deficient rank", () => {
    const [few, many] = [sample(2, 5, 12), sample(3, 40, 12)];
    expect(frechetDistance(few, many).raw).toBeCloseTo(frechetDistance(many, few).raw, 12);
  });
  it("refuses features of different extractors", () => {
    expect(() => frechetDistance(sample(1, 5, 3), sample(1, 5, 4))).toThrow(
      /expected equal feature dimensions, got 3 \(real\) and 4 \(fake\)/,
    );
  });
});
