/**
 * CMMD's distance (Jayasumana et al., "Rethinking FID", arXiv 2401.09603): the biased Gaussian-kernel
 * discrepancy of features scaled to length 1, times 1000. On CLIP features it is CMMD itself.
 */
import * as z from "zod";
import type { Metric, MetricStrategy } from "../metric.js";
import {
  discrepancyWithInterval,
  scaledKernel,
  unitGaussianKernelMinusOne,
} from "../statistics/discrepancy.js";
import { featureRows } from "../statistics/rows.js";
import { extractorProtocol } from "./extractor-protocol.js";

export const cmmd: MetricStrategy<{ readonly sigma: number }> = {
  name: "cmmd",
  summary: "Gaussian-kernel distance of unit-length features × 1000 (CMMD when they are CLIP's)",
  reference: "https://arxiv.org/abs/2401.09603",
  options: { sigma: z.number().positive().default(10) },
  needs: ["features"],
  describes: { cmmd: { label: "CMMD", better: "lower", digits: 3 } },
  create({ sigma }, context): Metric {
    const { rows, update, merge, state } = featureRows(context);
    return {
      update,
      merge,
      state,
      async compute() {
        rows.require("cmmd", 1);
        const [real, fake] = [rows.real.features(), rows.fake.features()];
        const { value, interval } = await discrepancyWithInterval({
          x: real,
          y: fake,
          kernel: scaledKernel(1000, unitGaussianKernelMinusOne(sigma)),
          estimate: "biased",
        });
        return {
          metric: "cmmd",
          values: { cmmd: value },
          details: {},
          ...(interval && { intervals: { cmmd: interval } }),
          protocol: {
            ...extractorProtocol(context.extractor),
            realCount: real.rows,
            fakeCount: fake.rows,
            sigma,
          },
        };
      },
    };
  },
};
