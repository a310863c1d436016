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
  it("of diagonal Gaussians is |m₁ - m₂|² + Σ (√v₁ - √v₂)²", async () => {
    const { distance } = await frechetDistance(
      diagonal([1, 2, 3], [4, 9, 0]),
      diagonal([1, 0, 3], [1, 16, 25]),
    );
    expect(distance).toBeCloseTo(4 + 1 + 1 + 25, 12);
  });
  it("is 0 between equal sets, with more rows than features or fewer", async () => {
    for (const count of [5, 40]) {
      const gaussian = sample(1, count, 12);
      const { distance, raw } = await frechetDistance(gaussian, gaussian);
      expect(distance).toBeGreaterThanOrEqual(0);
      expect(Math.abs(raw)).toBeLessThan(1e-12);
    }
  });
  it("is symmetric, also between sets of full and deficient rank", async () => {
    const [few, many] = [sample(2, 5, 12), sample(3, 40, 12)];
    const [one, other] = [await frechetDistance(few, many), await frechetDistance(many, few)];
    expect(one.raw).toBeCloseTo(other.raw, 12);
  });
  it("refuses features of different extractors", async () => {
    await expect(frechetDistance(sample(1, 5, 3), sample(1, 5, 4))).rejects.toThrow(
      /expected equal feature dimensions, got 3 \(real\) and 4 \(fake\)/,
    );
  });
});
