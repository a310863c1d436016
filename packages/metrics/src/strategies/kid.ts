/** Kernel distance (Bińkowski et al., "Demystifying MMD GANs", arXiv 1801.01401), unbiased. */
import { z } from "zod";
import { type Matrix, matrix } from "../linear-algebra/index.js";
import type { Metric, MetricStrategy } from "../metric.js";
import { cubicKernel, unbiasedDiscrepancy } from "../statistics/discrepancy.js";
import { RandomState } from "../statistics/numpy-random.js";
import { TwoSidedRows } from "../statistics/rows.js";
import { extractorProtocol } from "./extractor-protocol.js";

type KidOptions = {
  readonly subsets: number;
  readonly subsetSize: number;
  readonly seed: number;
};

export const kid: MetricStrategy<KidOptions> = {
  name: "kid",
  summary:
    "Unbiased kernel distance (cubic polynomial): of the full sets, and over torch-fidelity's subsets",
  reference: "https://arxiv.org/abs/1801.01401",
  options: {
    subsets: z.number().int().min(1).default(100),
    subsetSize: z.number().int().min(2).default(1000),
    seed: z.number().int().min(0).default(2020),
  },
  needs: ["features"],
  describes: {
    kid: { label: "KID", better: "lower", digits: 4 },
    kidSubsets: { label: "KID (subsets)", better: "lower", digits: 4 },
  },
  create({ subsets, subsetSize, seed }, { extractor }): Metric {
    const rows = new TwoSidedRows();
    return {
      update: ({ features }) => rows.append(features),
      merge: (state) => rows.merge(state),
      state: () => rows.state(),
      compute() {
        rows.require("kid", 2);
        const [real, fake] = [rows.real.toMatrix(), rows.fake.toMatrix()];
        const kernel = cubicKernel(real.columns);
        const size = Math.min(subsetSize, real.rows, fake.rows);
        // The draws of torch-fidelity: its first input, the fake side, before the real one.
        const random = new RandomState(seed);
        const estimates = Array.from({ length: subsets }, () => {
          const fakePart = pick(fake, random.choice(fake.rows, size));
          const realPart = pick(real, random.choice(real.rows, size));
          return unbiasedDiscrepancy(fakePart, realPart, kernel);
        });
        const mean = estimates.reduce((sum, value) => sum + value, 0) / subsets;
        const variance = estimates.reduce((sum, value) => sum + (value - mean) ** 2, 0) / subsets;
        return {
          metric: "kid",
          values: { kid: unbiasedDiscrepancy(real, fake, kernel), kidSubsets: mean },
          details: { subsetsDeviation: Math.sqrt(variance) },
          protocol: {
            ...extractorProtocol(extractor),
            realCount: real.rows,
            fakeCount: fake.rows,
            subsets,
            subsetSize: size,
            seed,
          },
        };
      },
    };
  },
};

/** The chosen rows. */
function pick(x: Matrix, indices: Int32Array): Matrix {
  const part = matrix(indices.length, x.columns);
  indices.forEach((row, i) => {
    part.data.set(x.data.subarray(row * x.columns, (row + 1) * x.columns), i * x.columns);
  });
  return part;
}
