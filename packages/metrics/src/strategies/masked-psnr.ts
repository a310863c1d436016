/** PSNR of what is drawn, without the plain ground around it: each pixel's error counts by its coverage. */
import type { HostTensor } from "@fqgan/tensor";
import type { MetricBatch, MetricStrategy } from "../metric.js";
import { type ImagePair, imagePairs } from "../statistics/image-pairs.js";
import { imageMeanMetric } from "./image-mean-metric.js";

export const maskedPsnr: MetricStrategy = {
  name: "masked-psnr",
  summary: "PSNR inside the subject's outline: squared errors weighted by each pixel's coverage",
  options: {},
  needs: ["images", "masks"],
  describes: { maskedPsnr: { label: "PSNR inside", better: "higher", digits: 2 } },
  create: () =>
    imageMeanMetric({
      metric: "masked-psnr",
      value: "maskedPsnr",
      measure: maskedPsnrs,
      isInfiniteForCopies: true,
      protocol: {
        range: "8-bit RGB, peak 255, weighted by coverage",
        average: "mean of dB over images that cover something and are not exact copies",
      },
    }),
};

/** dB of each pair, Infinity for an exact copy; images that cover nothing are left out. */
function maskedPsnrs({ images, masks }: MetricBatch): number[] {
  if (!masks) return [];
  return imagePairs("masked-psnr", images)
    .map((pair, row) => maskedPsnrOf(pair, coverageOf(masks, row)))
    .filter((value) => !Number.isNaN(value));
}

const coverageOf = ({ data, shape }: HostTensor, row: number) => {
  const pixels = shape[1]! * shape[2]!;
  return data.subarray(row * pixels, (row + 1) * pixels);
};

/** @param coverage [H·W] in [0, 1]; NaN where it is 0 everywhere */
function maskedPsnrOf({ real, fake }: ImagePair, coverage: ArrayLike<number>): number {
  let squares = 0;
  let weight = 0;
  for (let pixel = 0; pixel < coverage.length; pixel++) {
    const own = coverage[pixel]!;
    weight += 3 * own;
    for (let i = 3 * pixel; i < 3 * pixel + 3; i++) squares += own * (real[i]! - fake[i]!) ** 2;
  }
  return weight === 0 ? Number.NaN : 10 * Math.log10((255 * 255 * weight) / squares);
}
