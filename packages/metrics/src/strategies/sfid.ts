/**
 * Spatial FID as ADM's evaluator computes it (Nash et al., "Generating images with sparse representations",
 * arXiv 2103.03841): the Fréchet distance of 7 channels of an intermediate layer with their positions.
 */
import * as z from "zod";
import type { MetricStrategy } from "../metric.js";
import { type FrechetOptions, foldsOption, frechetMetric } from "./frechet-metric.js";

export const sfid: MetricStrategy<FrechetOptions> = {
  name: "sfid",
  summary: "Fréchet distance of spatial features (sFID), for networks that give them",
  reference: "https://arxiv.org/abs/2103.03841",
  options: { mean: z.enum(["float64", "float32"]).default("float64"), folds: foldsOption },
  needs: ["spatial"],
  describes: { sfid: { label: "sFID", better: "lower", digits: 2 } },
  create: (options, context) =>
    frechetMetric({ name: "sfid", input: "spatial", value: "sfid", ...options, context }),
};
