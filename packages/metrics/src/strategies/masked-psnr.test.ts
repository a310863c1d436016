import { hostTensor } from "@fqgan/tensor";
import { expect, it } from "vitest";
import { createMetric } from "../evaluate.js";

/** Two images of 1 × 2 pixels from levels of 0 … 255. */
const images = (levels: readonly number[]) =>
  hostTensor(
    Float32Array.from(
      levels.flatMap((level) => [level, level, level]),
      (level) => level / 127.5 - 1,
    ),
    [2, 1, 2, 3],
  );

it("counts errors inside the outline only, by coverage", async () => {
  const metric = createMetric({ name: "masked-psnr" });
  metric.update({
    images: { real: images([100, 100, 50, 50]), fake: images([110, 200, 60, 54]) },
    masks: hostTensor(Float32Array.of(1, 0, 0.5, 0.25), [2, 1, 2]),
  });
  const decibels = (mse: number) => 10 * Math.log10(255 ** 2 / mse);
  const expected = (decibels(100) + decibels((0.5 * 100 + 0.25 * 16) / 0.75)) / 2;
  expect((await metric.compute()).values.maskedPsnr).toBeCloseTo(expected, 10);
});

it("leaves out images that cover nothing, and counts exact copies apart", async () => {
  const metric = createMetric({ name: "masked-psnr" });
  metric.update({
    images: { real: images([100, 100, 50, 50]), fake: images([110, 200, 50, 50]) },
    masks: hostTensor(Float32Array.of(0, 0, 1, 1), [2, 1, 2]),
  });
  const { values, details, protocol } = await metric.compute();
  expect(values.maskedPsnr).toBe(Number.POSITIVE_INFINITY);
  expect(details).toEqual({ identicalImages: 1 });
  expect(protocol.pairs).toBe(1);
});
