import { createKey, fold, hostTensor, uniform } from "@fqgan/tensor";
import { expect, it } from "vitest";
import { loadExtractor } from "../extractors.js";

const images = (name: string) =>
  hostTensor(
    uniform(fold(createKey(3), name), 3 * 64 * 64 * 3).map((u) => 2 * u - 1),
    [3, 64, 64, 3],
  );

it("is the same network every time, and another with another seed", async () => {
  const [first, again, other] = await Promise.all(
    [{}, {}, { seed: 1 }].map((options) => loadExtractor({ name: "random", ...options })),
  );
  expect(first!.hash).toMatch(/^[0-9a-f]{16}$/);
  expect(again!.hash).toBe(first!.hash);
  expect(other!.hash).not.toBe(first!.hash);
  const builtin = await loadExtractor({ name: "builtin" });
  expect(builtin.hash).not.toBe(first!.hash);

  const features = await first!.features(images("a"));
  expect(features.shape).toEqual([3, 64]);
  expect((await again!.features(images("a"))).data).toEqual(features.data);
  expect((await first!.features(images("b"))).data).not.toEqual(features.data);
  const values = [...features.data];
  expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(0.05);
  for (const extractor of [first, again, other, builtin]) extractor!.dispose();
});
