import { createKey, hostTensor, normal } from "@fqgan/tensor";
import { expect, it } from "vitest";
import { ClassBalanced } from "./class-balanced.js";

const judge = { name: "judge", hash: "0", dimensions: 2048 };
const COUNT = 100;
const rows = (seed: number, columns: number) =>
  hostTensor(normal(createKey(seed), COUNT * columns), [COUNT, columns]);
const images = hostTensor(new Float32Array(COUNT * 8 * 8 * 3), [COUNT, 8, 8, 3]);
const worse = hostTensor(new Float32Array(COUNT * 8 * 8 * 3).fill(0.5), images.shape);

it("takes batches of many features, and weighs classes alike", async () => {
  const balanced = new ClassBalanced(2);
  const labels = Int32Array.from({ length: COUNT }, (_, i) => (i < 90 ? 0 : 1));
  const features = { real: rows(1, 1400), fake: rows(2, 1400) };
  balanced.add(
    { images: { real: images, fake: worse }, features, logits: { fake: rows(3, 5) } },
    labels,
  );
  const { metrics, protocols } = await balanced.summary(judge);
  expect(Object.keys(metrics)).toEqual([
    "test/balanced.psnr",
    "test/balanced.fid",
    "test/balanced.precision",
    "test/balanced.recall",
    "test/balanced.inceptionScore",
  ]);
  for (const value of Object.values(metrics)) expect(value).toBeGreaterThanOrEqual(0);
  expect(protocols["test/balanced.fid"]).toMatchObject({ images: COUNT, extractor: "judge" });
});
