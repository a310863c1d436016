/**
 * CMMD's distance (Jayasumana et al., "Rethinking FID", arXiv 2401.09603): the biased Gaussian-kernel
 * discrepancy of features scaled to length 1, times 1000. On CLIP features it is CMMD itself.
 */
import { z } from "zod";
import type { Matrix } from "../linear-algebra/index.js";
import type { Metric, MetricStrategy } from "../metric.js";
import { biasedDiscrepancy, gaussianKernelMinusOne } from "../statistics/discrepancy.js";
import { TwoSidedRows } from "../statistics/rows.js";
import { extractorProtocol } from "./extractor-protocol.js";

export const cmmd: MetricStrategy<{ readonly sigma: number }> = {
  name: "cmmd",
  summary: "Gaussian-kernel distance of unit-length features × 1000 (CMMD when they are CLIP's)",
  reference: "https://arxiv.org/abs/2401.09603",
  options: { sigma: z.number().positive().default(10) },
  needs: ["features"],
  describes: { cmmd: { label: "CMMD", better: "lower", digits: 3 } },
  create({ sigma }, { extractor }): Metric {
    const rows = new TwoSidedRows();
    return {
      update: ({ features }) => rows.append(features),
      merge: (state) => rows.merge(state),
      state: () => rows.state(),
      compute() {
        rows.require("cmmd", 1);
        const [real, fake] = [unitRows(rows.real.toMatrix()), unitRows(rows.fake.toMatrix())];
        const distance = biasedDiscrepancy(real, fake, gaussianKernelMinusOne(sigma));
        return {
          metric: "cmmd",
          values: { cmmd: 1000 * distance },
          details: {},
          protocol: {
            ...extractorProtocol(extractor),
            realCount: real.rows,
            fakeCount: fake.rows,
            sigma,
          },
        };
      },
    };
  },
};

/** Rows scaled to length 1, in place; a row of zeros has no direction and stays. */
function unitRows(x: Matrix): Matrix {
  for (let i = 0; i < x.rows; i++) {
    const row = x.data.subarray(i * x.columns, (i + 1) * x.columns);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    row.forEach((value, j) => {
      row[j] = value / (length || 1);
    });
  }
  return x;
}
