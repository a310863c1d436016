/** Peak signal-to-noise ratio in dB: 10 log₁₀(255² / MSE) of each image, averaged over images. */
import type { MetricBatch, MetricStrategy } from "../metric.js";
import { type ImagePair, imagePairs } from "../statistics/image-pairs.js";
import { imageMeanMetric } from "./image-mean-metric.js";

export const psnr: MetricStrategy = {
  name: "psnr",
  summary: "Peak signal-to-noise ratio: the mean of each image's dB at 8 bits",
  options: {},
  needs: ["images"],
  describes: { psnr: { label: "PSNR", better: "higher", digits: 2 } },
  create: () =>
    imageMeanMetric({
      metric: "psnr",
      value: "psnr",
      measure: ({ images }) => psnrs(images),
      isInfiniteForCopies: true,
      protocol: {
        range: "8-bit RGB, peak 255",
        average: "mean of dB over images that are not exact copies",
      },
    }),
};

/** dB of each pair of a batch, at 8 bits; Infinity for an exact copy. */
export const psnrs = (images: MetricBatch["images"]): number[] =>
  imagePairs("psnr", images).map(psnrOf);

/** dB over all pixels and channels; Infinity for an exact copy. */
export function psnrOf({ real, fake }: ImagePair): number {
  let sum = 0;
  for (let i = 0; i < real.length; i++) sum += (real[i]! - fake[i]!) ** 2;
  return 10 * Math.log10((255 * 255 * real.length) / sum);
}
