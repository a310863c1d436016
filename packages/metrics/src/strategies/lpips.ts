/** Learned perceptual distance (Zhang et al., "The unreasonable effectiveness of deep features", arXiv 1801.03924). */
import type { MetricStrategy } from "../metric.js";
import { extractorProtocol } from "./extractor-protocol.js";
import { imageMeanMetric } from "./image-mean-metric.js";

export const lpips: MetricStrategy = {
  name: "lpips",
  summary: "Distance of each pair in the feature maps of a network (LPIPS), mean over images",
  reference: "https://arxiv.org/abs/1801.03924",
  options: {},
  needs: ["perceptual"],
  describes: { lpips: { label: "LPIPS", better: "lower", digits: 3 } },
  create: (_options, { perceptual }) =>
    imageMeanMetric({
      metric: "lpips",
      value: "lpips",
      measure: (batch) => batch.perceptual?.data ?? [],
      protocol: extractorProtocol(perceptual),
    }),
};
