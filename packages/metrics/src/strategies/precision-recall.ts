/** Improved precision and recall (Kynkäänniemi et al., arXiv 1904.06991), as ADM and torch-fidelity count. */
import * as z from "zod";
import type { MetricStrategy } from "../metric.js";
import { halvesOption, type ManifoldOptions, manifoldMetric } from "./manifold-metric.js";

export const precisionRecall: MetricStrategy<ManifoldOptions> = {
  name: "precision-recall",
  summary: "Share of fake images near real ones (precision) and of real near fake ones (recall)",
  reference: "https://arxiv.org/abs/1904.06991",
  options: {
    k: z.number().int().min(1).default(3),
    ball: z.enum(["closed", "open"]).default("closed"),
    halves: halvesOption,
  },
  needs: ["features"],
  describes: {
    precision: { label: "Precision", better: "higher", digits: 3 },
    recall: { label: "Recall", better: "higher", digits: 3 },
  },
  create: (options, context) =>
    manifoldMetric({
      metric: "precision-recall",
      shows: ["precision", "recall"],
      ...options,
      context,
    }),
};
