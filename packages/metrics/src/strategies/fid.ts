/** Fréchet distance of features (Heusel et al., "GANs trained by a two time-scale update rule", arXiv 1706.08500). */
import { UserError } from "@fqgan/registry";
import { z } from "zod";
import type { Metric, MetricState, MetricStrategy } from "../metric.js";
import type { NpyArray } from "../npz/npy.js";
import { frechetDistance } from "../statistics/frechet.js";
import { Moments } from "../statistics/moments.js";
import { extractorProtocol } from "./extractor-protocol.js";

const SIDES = ["real", "fake"] as const;

/**
 * In which precision rows are averaged. float32 reproduces ADM, torch-fidelity and clean-fid to the last
 * digits; pytorch-fid uses float64.
 */
const MEANS = {
  float64: (moments: Moments) => moments.gaussian(),
  float32: (moments: Moments) => ({ ...moments.gaussian(), mean: moments.roughMean() }),
} as const;

export const fid: MetricStrategy<{ readonly mean: keyof typeof MEANS }> = {
  name: "fid",
  summary:
    "Fréchet distance between the features of real and fake images (rFID for reconstructions)",
  reference: "https://arxiv.org/abs/1706.08500",
  options: { mean: z.enum(["float64", "float32"]).default("float64") },
  needs: ["features"],
  describes: { fid: { label: "FID", better: "lower", digits: 2 } },
  create({ mean }, { extractor }): Metric {
    const moments = { real: new Moments(), fake: new Moments() };
    return {
      update({ features }) {
        for (const side of SIDES) {
          const rows = features?.[side];
          if (rows) moments[side].append(rows);
        }
      },
      merge(state) {
        for (const side of SIDES) moments[side].merge(withoutPrefix(state, `${side}.`));
      },
      state: () => ({
        ...withPrefix(moments.real.state(), "real."),
        ...withPrefix(moments.fake.state(), "fake."),
      }),
      compute() {
        for (const side of SIDES)
          if (moments[side].count < 2)
            throw new UserError(
              `fid: expected at least 2 ${side} samples, got ${moments[side].count}; ` +
                "evaluate on more images",
            );
        const { distance, ...parts } = frechetDistance(
          MEANS[mean](moments.real),
          MEANS[mean](moments.fake),
        );
        return {
          metric: "fid",
          values: { fid: distance },
          details: parts,
          protocol: {
            ...extractorProtocol(extractor),
            realCount: moments.real.count,
            fakeCount: moments.fake.count,
            mean,
            covariance: "sample (N - 1), float64",
          },
        };
      },
    };
  },
};

function withPrefix(arrays: Record<string, NpyArray>, prefix: string): MetricState {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [`${prefix}${name}`, array]),
  );
}

function withoutPrefix(state: MetricState, prefix: string): Record<string, NpyArray> {
  return Object.fromEntries(
    Object.entries(state)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, array]) => [name.slice(prefix.length), array]),
  );
}
