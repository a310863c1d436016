import { createKey, hostTensor, normal, type Tensor2D, tf } from "@fqgan/tensor";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { nearestCodes } from "./nearest-code.js";
import { runInTest, testedEngines, useEngine } from "./run-in-test.js";

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

async function search(
  latents: Float32Array,
  codebook: Float32Array,
  { dimensions, budget }: { dimensions: number; budget?: number },
): Promise<number[]> {
  const inputs = {
    z: hostTensor(latents, [latents.length / dimensions, dimensions]),
    e: hostTensor(codebook, [codebook.length / dimensions, dimensions]),
  };
  const { indices } = await runInTest(inputs, ({ z, e }) => ({
    indices: nearestCodes({
      latents: z as Tensor2D,
      codebook: e as Tensor2D,
      ...(budget && { budget }),
    }),
  }));
  return [...indices.data];
}

describe.each(testedEngines)("nearestCodes on %s", (engine) => {
  beforeAll(() => useEngine(engine));

  it("finds what the definition finds, whole and in blocks", async () => {
    const property = fc.asyncProperty(
      fc.nat(),
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 33 }),
      fc.integer({ min: 1, max: 60 }),
      async (seed, count, size, budget) => {
        const latents = normal(createKey(seed), count * 3);
        const codebook = normal(createKey(seed + 1), size * 3);
        const expected = nearestByHand(latents, codebook, 3);
        expect(await search(latents, codebook, { dimensions: 3 })).toEqual(expected);
        expect(await search(latents, codebook, { dimensions: 3, budget })).toEqual(expected);
      },
    );
    await fc.assert(property, { numRuns: 12 });
  });

  it("gives ties to the lowest index, within a block and across blocks", async () => {
    const codebook = Float32Array.of(5, 5, 1, 0, 0, 1, 1, 0, 0, 1, 1, 0);
    const latents = Float32Array.of(2, 0, 0, 2, 1, 1);
    for (const budget of [100, 9, 6, 3, 1])
      expect(await search(latents, codebook, { dimensions: 2, budget })).toEqual([1, 2, 1]);
  });

  it("never makes a table beyond its budget", async () => {
    const [latents, codebook] = [tf.zeros([40, 2]) as Tensor2D, tf.ones([50, 2]) as Tensor2D];
    const largest = async (budget: number) => {
      const { kernels } = await tf.profile(() => nearestCodes({ latents, codebook, budget }));
      const sizes = kernels.flatMap((kernel) => kernel.outputShapes.map(tf.util.sizeFromShape));
      return Math.max(...sizes);
    };
    expect(await largest(10_000)).toBe(40 * 50);
    expect(await largest(400)).toBe(400);
  });
});
