/** Fréchet distance of features (Heusel et al., "GANs trained by a two time-scale update rule", arXiv 1706.08500). */
import * as z from "zod";
import type { MetricStrategy } from "../metric.js";
import { type FrechetOptions, foldsOption, frechetMetric } from "./frechet-metric.js";

export const fid: MetricStrategy<FrechetOptions> = {
  name: "fid",
  summary:
    "Fréchet distance between the features of real and fake images (rFID for reconstructions)",
  reference: "https://arxiv.org/abs/1706.08500",
  options: { mean: z.enum(["float64", "float32"]).default("float64"), folds: foldsOption },
  needs: ["features"],
  describes: { fid: { label: "FID", better: "lower", digits: 2 } },
  create: (options, context) =>
    frechetMetric({ name: "fid", input: "features", value: "fid", ...options, context }),
};
