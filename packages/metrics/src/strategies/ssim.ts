/** Structural similarity (Wang et al., "Image quality assessment: from error visibility to structural similarity", 2004). */
import { UserError } from "@fqgan/registry";
import * as z from "zod";
import type { MetricStrategy } from "../metric.js";
import { type ImagePair, imagePairs, planesOf } from "../statistics/image-pairs.js";
import { structuralSimilarity, WINDOWS } from "../statistics/structural-similarity.js";
import { imageMeanMetric } from "./image-mean-metric.js";

type SsimOptions = {
  readonly window: keyof typeof WINDOWS;
  readonly dataRange: number;
};

export const ssim: MetricStrategy<SsimOptions> = {
  name: "ssim",
  summary:
    "Structural similarity, mean over images (dataRange 2 reproduces LlamaGen's and FQGAN's tables)",
  reference: "https://doi.org/10.1109/TIP.2003.819861",
  options: {
    window: z.enum(["uniform", "gaussian"]).default("uniform"),
    dataRange: z.number().positive().default(1),
  },
  needs: ["images"],
  describes: { ssim: { label: "SSIM", better: "higher", digits: 3 } },
  create: (options) =>
    imageMeanMetric({
      metric: "ssim",
      value: "ssim",
      measure: ({ images }) => imagePairs("ssim", images).map((pair) => ssimOf(pair, options)),
      protocol: {
        window: options.window,
        dataRange: `${options.dataRange} for images in [0, 1]`,
        channels: "each separately, then averaged",
      },
    }),
};

/** Mean similarity over channels and over the windows that lie wholly inside. */
export function ssimOf(pair: ImagePair, { window, dataRange }: SsimOptions): number {
  const { height, width } = pair;
  const side = WINDOWS[window].weights.length;
  if (height < side || width < side)
    throw new UserError(
      `ssim: expected images of at least ${side} × ${side}, got ${height} × ${width}; ` +
        "choose a smaller window or leave SSIM out",
    );
  const fake = planesOf(pair, pair.fake);
  const channels = planesOf(pair, pair.real).map(
    (plane, channel) =>
      structuralSimilarity(plane, fake[channel]!, {
        window: WINDOWS[window],
        peak: 255 * dataRange,
      }).similarity,
  );
  return channels.reduce((sum, value) => sum + value, 0) / channels.length;
}
