import { createKey, hostTensor, normal, type Tensor2D, tf } from "@fqgan/tensor";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { mostAlignedCodes, type NearestCodesOptions, nearestCodes } from "./nearest-code.js";
import { runInTest, testedEngines, useEngine } from "./testing/run-in-test.js";

/** By definition, in double precision. */
function nearestByHand(
  latents: Float32Array,
  codebook: Float32Array,
  dimensions: number,
): number[] {
  const found: number[] = [];
  for (let n = 0; n < latents.length; n += dimensions) {
    let best = { index: -1, distance: Number.POSITIVE_INFINITY };
    for (let k = 0; k < codebook.length; k += dimensions) {
      let distance = 0;
      for (let d = 0; d < dimensions; d++) distance += (latents[n + d]! - codebook[k + d]!) ** 2;
      if (distance < best.distance) best = { index: k / dimensions, distance };
    }
    found.push(best.index);
  }
  return found;
}

type Limits = Pick<NearestCodesOptions, "budget" | "group">;

async function search(
  latents: Float32Array,
  codebook: Float32Array,
  { dimensions, ...limits }: Limits & { readonly dimensions: number },
): Promise<number[]> {
  const inputs = {
    z: hostTensor(latents, [latents.length / dimensions, dimensions]),
    e: hostTensor(codebook, [codebook.length / dimensions, dimensions]),
  };
  const { indices } = await runInTest(inputs, ({ z, e }) => ({
    indices: nearestCodes({
      latents: z as Tensor2D,
      codebook: e as Tensor2D,
      ...limits,
    }),
  }));
  return [...indices.data];
}

describe.each(testedEngines)("nearestCodes on %s", (engine) => {
  beforeAll(() => useEngine(engine));

  it("finds what the definition finds, at once and in groups, whole and in tiles", async () => {
    const property = fc.asyncProperty(
      fc.nat(),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 90 }),
      fc.integer({ min: 1, max: 60 }),
      fc.constantFrom(1, 2, 3, 32),
      async (seed, count, size, budget, group) => {
        const latents = normal(createKey(seed), count * 3);
        const codebook = normal(createKey(seed + 1), size * 3);
        const expected = nearestByHand(latents, codebook, 3);
        expect(await search(latents, codebook, { dimensions: 3 })).toEqual(expected);
        const limits = { dimensions: 3, budget, group };
        expect(await search(latents, codebook, limits)).toEqual(expected);
      },
    );
    await fc.assert(property, { numRuns: 12 });
  });

  it("gives ties to the lowest index, within a tile, a group and across them", async () => {
    const codebook = Float32Array.of(5, 5, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0);
    // The same codes again and again: more than two groups.
    const many = Float32Array.from({ length: 80 }, (_, i) => codebook[i % codebook.length]!);
    const latents = Float32Array.of(2, 0, 0, 2, 1, 1);
    for (const codes of [codebook, many])
      for (const budget of [100, 9, 6, 3, 1])
        for (const group of [1, 2, 32])
          expect(await search(latents, codes, { dimensions: 2, budget, group })).toEqual([1, 2, 1]);
  });

  it("never makes a table beyond its budget", async () => {
    const [latents, codebook] = [tf.zeros([40, 2]) as Tensor2D, tf.ones([200, 2]) as Tensor2D];
    const largest = async (limits: Limits) => {
      const { kernels } = await tf.profile(() => nearestCodes({ latents, codebook, ...limits }));
      const sizes = kernels.flatMap((kernel) => kernel.outputShapes.map(tf.util.sizeFromShape));
      return Math.max(...sizes);
    };
    const inputs = 200 * 3; // the codes with their bias
    expect(await largest({ budget: 10_000, group: 128 })).toBe(40 * 200);
    expect(await largest({ budget: 800, group: 128 })).toBe(800);
    expect(await largest({ budget: 700, group: 4 })).toBeLessThanOrEqual(700);
    expect(await largest({ budget: 100, group: 4 })).toBe(inputs);
  });

  it("frees its tiles as it goes", async () => {
    const [latents, codebook] = [tf.zeros([64, 2]) as Tensor2D, tf.ones([400, 2]) as Tensor2D];
    const { peakBytes } = await tf.profile(() =>
      nearestCodes({ latents, codebook, budget: 512, group: 4 }),
    );
    expect(peakBytes).toBeLessThan(4 * 64 * 400);
  });
});

it("finds the largest dot product, for unequal lengths too", () => {
  const latents = tf.tensor2d([[1, 1]]);
  const codebook = tf.tensor2d([
    [1, 1],
    [-9, 0],
    [3, 0],
  ]);
  expect([...mostAlignedCodes({ latents, codebook }).dataSync()]).toEqual([2]);
  expect([...nearestCodes({ latents, codebook }).dataSync()]).toEqual([0]);
});
