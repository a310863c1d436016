/** Kernel distance (Bińkowski et al., "Demystifying MMD GANs", arXiv 1801.01401), unbiased. */
import * as z from "zod";
import type { Metric, MetricStrategy } from "../metric.js";
import {
  cubicKernel,
  discrepancy,
  discrepancyWithInterval,
  kernelSums,
} from "../statistics/discrepancy.js";
import { RandomState } from "../statistics/numpy-random.js";
import { featureRows } from "../statistics/rows.js";
import { pickRows } from "../statistics/tiles.js";
import { extractorProtocol } from "./extractor-protocol.js";

type KidOptions = {
  /** "paired" for reconstructions: leaves out each image with its own. */
  readonly sets: "independent" | "paired";
  readonly subsets: number;
  readonly subsetSize: number;
  readonly seed: number;
};

const ESTIMATES = { independent: "unbiased", paired: "paired" } as const;

export const kid: MetricStrategy<KidOptions> = {
  name: "kid",
  summary:
    "Unbiased kernel distance (cubic polynomial): of the full sets, and over torch-fidelity's subsets",
  reference: "https://arxiv.org/abs/1801.01401",
  options: {
    sets: z.enum(["independent", "paired"]).default("independent"),
    subsets: z.number().int().min(0).default(100),
    subsetSize: z.number().int().min(2).default(1000),
    seed: z.number().int().min(0).default(2020),
  },
  needs: ["features"],
  describes: {
    kid: { label: "KID", better: "lower", digits: 4 },
    kidSubsets: { label: "KID (subsets)", better: "lower", digits: 4 },
  },
  create({ sets, subsets, subsetSize, seed }, context): Metric {
    const { rows, update, merge, state } = featureRows(context);
    return {
      update,
      merge,
      state,
      async compute() {
        rows.require("kid", 2);
        const [real, fake] = [rows.real.features(), rows.fake.features()];
        const kernel = cubicKernel(real.columns);
        const full = await discrepancyWithInterval({
          x: real,
          y: fake,
          kernel,
          estimate: ESTIMATES[sets],
        });
        const size = Math.min(subsetSize, real.rows, fake.rows);
        // The draws of torch-fidelity: its first input, the fake side, before the real one.
        const random = new RandomState(seed);
        const estimates: number[] = [];
        for (let subset = 0; subset < subsets; subset++) {
          const x = pickRows(fake, random.choice(fake.rows, size));
          const y = pickRows(real, random.choice(real.rows, size));
          estimates.push(discrepancy(await kernelSums({ x, y, kernel }), "unbiased"));
        }
        const { mean, deviation } = spread(estimates);
        return {
          metric: "kid",
          values: { kid: full.value, ...(subsets > 0 && { kidSubsets: mean }) },
          details: subsets > 0 ? { subsetsDeviation: deviation } : {},
          ...(full.interval && { intervals: { kid: full.interval } }),
          protocol: {
            ...extractorProtocol(context.extractor),
            realCount: real.rows,
            fakeCount: fake.rows,
            sets,
            subsets,
            subsetSize: size,
            seed,
          },
        };
      },
    };
  },
};

/** Mean and population deviation, as the tools report them. */
function spread(values: readonly number[]): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}
