/** Peak signal-to-noise ratio in dB: 10 log₁₀(255² / MSE) of each image, averaged over images. */
import { UserError } from "@fqgan/registry";
import type { Metric, MetricBatch, MetricStrategy } from "../metric.js";
import { ImageMeans, meanAndError } from "../statistics/image-means.js";
import { type ImagePair, imagePairs } from "../statistics/image-pairs.js";
import { bootstrapMean } from "../statistics/intervals.js";

export const psnr: MetricStrategy = {
  name: "psnr",
  summary: "Peak signal-to-noise ratio: the mean of each image's dB at 8 bits",
  options: {},
  needs: ["images"],
  describes: { psnr: { label: "PSNR", better: "higher", digits: 2 } },
  create(): Metric {
    const decibels = new ImageMeans();
    return {
      update({ images }) {
        for (const value of psnrs(images)) decibels.add(value);
      },
      merge: (state) => decibels.merge(state),
      state: () => decibels.state(),
      async compute() {
        const count = decibels.values.length;
        if (count === 0)
          throw new UserError(
            "psnr: expected at least one pair of images, got none; pass both sides",
          );
        // An exact copy scores infinity and would be the whole mean: such images are counted apart.
        const finite = decibels.values.filter(Number.isFinite);
        const { mean, standardError } = meanAndError(finite);
        const interval = bootstrapMean(finite);
        return {
          metric: "psnr",
          values: { psnr: finite.length === 0 ? Number.POSITIVE_INFINITY : mean },
          details: { standardError, identicalImages: count - finite.length },
          ...(interval && { intervals: { psnr: interval } }),
          protocol: {
            pairs: count,
            range: "8-bit RGB, peak 255",
            average: "mean of dB over images that are not exact copies",
          },
        };
      },
    };
  },
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
