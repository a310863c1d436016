/**
 * Multi-scale structural similarity (Wang, Simoncelli & Bovik, "Multi-scale structural similarity for image
 * quality assessment", 2003): contrast and structure at five scales, luminance at the coarsest.
 */
import { UserError } from "@fqgan/registry";
import * as z from "zod";
import type { MetricStrategy } from "../metric.js";
import { type ImagePair, imagePairs, planesOf } from "../statistics/image-pairs.js";
import {
  halve,
  type Plane,
  structuralSimilarity,
  WINDOWS,
} from "../statistics/structural-similarity.js";
import { imageMeanMetric } from "./image-mean-metric.js";

/** Exponents of the scales, fine to coarse, as the paper measured them. */
const WEIGHTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

export const msSsim: MetricStrategy<{ readonly scales: number }> = {
  name: "ms-ssim",
  summary: "Structural similarity over five scales; fewer `scales` for images below 161 pixels",
  reference: "https://doi.org/10.1109/ACSSC.2003.1292216",
  options: { scales: z.number().int().min(1).max(WEIGHTS.length).default(WEIGHTS.length) },
  needs: ["images"],
  describes: { msSsim: { label: "MS-SSIM", better: "higher", digits: 3 } },
  create: ({ scales }) =>
    imageMeanMetric({
      metric: "ms-ssim",
      value: "msSsim",
      measure: ({ images }) => imagePairs("ms-ssim", images).map((pair) => msSsimOf(pair, scales)),
      protocol: {
        scales,
        exponents: weightsOf(scales)
          .map((weight) => weight.toFixed(4))
          .join(" "),
        window: "gaussian, 11 × 11, σ 1.5",
        channels: "each separately, then averaged; negative contrast counts as 0",
      },
    }),
};

/** The exponents of fewer scales still sum to 1. */
function weightsOf(scales: number): number[] {
  const weights = WEIGHTS.slice(0, scales);
  const total = scales === WEIGHTS.length ? 1 : weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function msSsimOf(pair: ImagePair, scales: number): number {
  // The window has to fit the smallest scale.
  const least = (WINDOWS.gaussian.weights.length - 1) * 2 ** (scales - 1) + 1;
  if (Math.min(pair.height, pair.width) < least)
    throw new UserError(
      `ms-ssim: expected images of at least ${least} × ${least} for ${scales} scales, got ` +
        `${pair.height} × ${pair.width}; set fewer scales (not comparable with five) or leave it out`,
    );
  const weights = weightsOf(scales);
  const fake = planesOf(pair, pair.fake);
  const channels = planesOf(pair, pair.real).map((plane, channel) => {
    let [x, y]: [Plane, Plane] = [plane, fake[channel]!];
    return weights.reduce((product, weight, scale) => {
      const { similarity, contrast } = structuralSimilarity(x, y, {
        window: WINDOWS.gaussian,
        peak: 255,
      });
      [x, y] = [halve(x), halve(y)];
      const factor = scale === weights.length - 1 ? similarity : contrast;
      return product * Math.max(0, factor) ** weight;
    }, 1);
  });
  return channels.reduce((sum, value) => sum + value, 0) / channels.length;
}
