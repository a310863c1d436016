/** Density and coverage (Naeem et al., "Reliable fidelity and diversity metrics", arXiv 2002.09797). */
import * as z from "zod";
import type { MetricStrategy } from "../metric.js";
import { halvesOption, type ManifoldOptions, manifoldMetric } from "./manifold-metric.js";

export const densityCoverage: MetricStrategy<ManifoldOptions> = {
  name: "density-coverage",
  summary:
    "How many real neighbourhoods hold a fake image (density), and what share does (coverage)",
  reference: "https://arxiv.org/abs/2002.09797",
  options: {
    k: z.number().int().min(1).default(5),
    ball: z.enum(["closed", "open"]).default("open"),
    halves: halvesOption,
  },
  needs: ["features"],
  describes: {
    density: { label: "Density", better: "higher", digits: 3 },
    coverage: { label: "Coverage", better: "higher", digits: 3 },
  },
  create: (options, context) =>
    manifoldMetric({
      metric: "density-coverage",
      shows: ["density", "coverage"],
      ...options,
      context,
    }),
};
