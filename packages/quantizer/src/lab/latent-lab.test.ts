import { createKey, fold, hostTensor, normal } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { compareQuantizers } from "./latent-lab.js";
import { fitAffine } from "./least-squares.js";
import { principalAxes } from "./principal-axes.js";

const key = createKey(9);

/** Correlated Gaussian latents [count, 6] of rank 4 and a little noise. */
function latents(name: string, count: number) {
  const [source, noise] = ["source", "noise"].map((part) =>
    normal(fold(key, name, part), count * 6),
  );
  const mix = normal(fold(key, "mix"), 24);
  const values = new Float32Array(count * 6);
  for (let n = 0; n < count; n++)
    for (let d = 0; d < 6; d++) {
      let value = 3 + 0.05 * noise![n * 6 + d]!;
      for (let s = 0; s < 4; s++) value += mix[s * 6 + d]! * source![n * 6 + s]!;
      values[n * 6 + d] = value;
    }
  return hostTensor(values, [count, 6]);
}

describe("principalAxes", () => {
  it("are orthonormal, sorted, and carry the variance along them", () => {
    const z = latents("train", 500);
    const { mean, axes, variances } = principalAxes(z);
    for (let a = 0; a < 6; a++)
      for (let b = 0; b < 6; b++) {
        const product = axes[a]!.reduce((sum, value, i) => sum + value * axes[b]![i]!, 0);
        expect(product).toBeCloseTo(a === b ? 1 : 0, 9);
      }
    expect([...variances]).toEqual([...variances].sort((a, b) => b - a));
    const along = (n: number, axis: Float64Array) =>
      axis.reduce((sum, value, d) => sum + value * (z.data[n * 6 + d]! - mean[d]!), 0);
    for (const [i, axis] of axes.entries()) {
      let variance = 0;
      for (let n = 0; n < 500; n++) variance += along(n, axis) ** 2 / 500;
      expect(variance).toBeCloseTo(variances[i]!, 6);
    }
  });
});

describe("fitAffine", () => {
  it("finds a map that is there, also where inputs repeat", () => {
    const x = latents("train", 50);
    const twice = hostTensor(
      Float32Array.from(
        { length: 50 * 7 },
        (_, i) => x.data[Math.floor(i / 7) * 6 + ((i % 7) % 6)]!,
      ),
      [50, 7],
    );
    const y = hostTensor(
      Float32Array.from({ length: 100 }, (_, i) => {
        const row = x.data.subarray((i >> 1) * 6, (i >> 1) * 6 + 6);
        return i & 1 ? 2 * row[0]! - row[3]! + 5 : row[5]!;
      }),
      [50, 2],
    );
    const { matrix, bias } = fitAffine(twice, y);
    for (let n = 0; n < 50; n++)
      for (let o = 0; o < 2; o++) {
        let value = bias[o]!;
        for (let d = 0; d < 7; d++) value += twice.data[n * 7 + d]! * matrix[d * 2 + o]!;
        expect(value).toBeCloseTo(y.data[n * 2 + o]!, 2);
      }
  });
});

describe("compareQuantizers", () => {
  it("ranks quantizers by what they keep of the same latents", async () => {
    const vq = (size: number) => ({ name: "vq", size, dimensions: 4, normalize: "none" });
    const results = await compareQuantizers({
      train: latents("train", 2048),
      test: latents("test", 512),
      candidates: {
        small: { name: "single", quantizer: vq(4) },
        large: { name: "single", quantizer: vq(64) },
        product: { name: "product", codebooks: { a: vq(64), b: vq(64) } },
        fsq: { name: "single", quantizer: { name: "fsq", levels: [8, 8, 8, 8] } },
      },
      steps: 150,
      batch: 256,
      key,
    });
    expect(Object.keys(results)).toEqual(["small", "large", "product", "fsq"]);
    const share = (name: string) => results[name]!.relativeDistortion;
    for (const name of Object.keys(results)) {
      expect(share(name)).toBeLessThan(1);
      expect(results[name]!.projectionFloor).toBeLessThan(0.01);
      const { nominal, separately, jointly } = results[name]!.use.bitsPerPosition;
      expect(separately).toBeLessThanOrEqual(nominal + 1e-9);
      expect(jointly).toBeLessThanOrEqual(separately + 1e-9);
    }
    expect(share("large")).toBeLessThan(share("small"));
    expect(share("fsq")).toBeLessThan(0.1);
    expect(results.product!.use.mutualInformation).toHaveLength(1);
  });

  it("names unusable latents", async () => {
    const train = latents("train", 8);
    const broken = hostTensor(Float32Array.of(1, Number.NaN), [1, 2]);
    const candidates = { a: { name: "single", quantizer: { name: "lfq", bits: 2 } } };
    await expect(
      compareQuantizers({ train: broken, test: broken, candidates, key }),
    ).rejects.toThrow("latent lab: train: expected finite latents, got NaN at 1");
    const other = hostTensor(new Float32Array(4), [2, 2]);
    await expect(compareQuantizers({ train, test: other, candidates, key })).rejects.toThrow(
      "expected test latents [N, 6], got [2, 2]",
    );
  });
});
