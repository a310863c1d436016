import { createKey, fold, hostTensor, normal, randomInteger, tf } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { createQuantizer } from "./registry.js";
import { seedCodebook } from "./seed-codebook.js";

const key = createKey(4);
const centres = [
  [4, 0],
  [0, 4],
  [-4, 0],
  [0, -4],
] as const;

/** Points around the centres. */
const clustered = (count: number) => {
  const noise = normal(fold(key, "noise"), 2 * count);
  const values = noise.map((value, i) => {
    const cluster = randomInteger(fold(key, "cluster", i >> 1), centres.length);
    return 0.1 * value + centres[cluster]![i & 1]!;
  });
  return hostTensor(values, [count, 2]);
};

/** Each centre's distance to the nearest code. */
const distances = (codes: Float32Array, scale: number) =>
  centres.map(([x, y]) => {
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < codes.length; i += 2)
      best = Math.min(best, Math.hypot(codes[i]! - x * scale, codes[i + 1]! - y * scale));
    return best;
  });

describe("seedCodebook", () => {
  it.each([
    ["vq", "none", 1],
    ["ema-vq", "none", 1],
    ["vq", "l2", 1 / 4],
  ])("puts the codes of %s (%s) on the clusters", async (name, normalize, scale) => {
    const quantizer = createQuantizer({ name, size: 8, dimensions: 2, normalize }, key);
    await seedCodebook(quantizer, { latents: clustered(200), key });
    const codes = quantizer.lookup(tf.range(0, 8, 1, "int32")).dataSync() as Float32Array;
    expect(Math.max(...distances(codes, scale))).toBeLessThan(0.2);
  });

  it("needs as many latents as codes, and a codebook", async () => {
    const quantizer = createQuantizer({ name: "vq", size: 8, dimensions: 2 }, key);
    await expect(seedCodebook(quantizer, { latents: clustered(5), key })).rejects.toThrow(
      "expected at least 8 latents for 8 codes, got 5",
    );
    const lfq = createQuantizer({ name: "lfq", bits: 2 }, key);
    await expect(seedCodebook(lfq, { latents: clustered(5), key })).rejects.toThrow("no codebook");
  });
});
