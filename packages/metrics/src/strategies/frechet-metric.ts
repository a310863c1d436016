import { UserError } from "@fqgan/registry";
import * as z from "zod";
import type { Metric, MetricContext, Sides } from "../metric.js";
import { FoldedMoments } from "../statistics/folded-moments.js";
import { frechetDistance } from "../statistics/frechet.js";
import { together } from "../statistics/gather.js";
import { jackknife } from "../statistics/intervals.js";
import type { Gaussian, Moments } from "../statistics/moments.js";
import { requireSameExtractor } from "../statistics/reference.js";
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

export type FrechetOptions = {
  readonly mean: keyof typeof MEANS;
  readonly folds: number;
};

/** Folds of the jackknife behind the interval; each costs another distance and its own moments. */
export const foldsOption = z.union([z.literal(0), z.number().int().min(5)]).default(0);

/** The Fréchet distance between the two sides of one part of the batches. */
export function frechetMetric(
  settings: FrechetOptions & {
    readonly name: string;
    readonly input: "features" | "spatial";
    readonly value: string;
    readonly context: MetricContext;
  },
): Metric {
  const { name, input, value, mean, folds, context } = settings;
  const { extractor, reference } = context;
  const moments = { real: new FoldedMoments(folds), fake: new FoldedMoments(folds) };
  const stored = reference?.[input];
  if (reference && input === "features") requireSameExtractor(reference, extractor);
  if (reference && !stored)
    throw new UserError(
      `${name}: expected ${input} statistics (mu_s, sigma_s) in ${reference.name}, found none; ` +
        "leave the metric out or give the images",
    );

  /** The reference itself, or what was seen of the real side. */
  const gaussians = (): Sides<Gaussian> => ({
    real: stored ?? MEANS[mean](moments.real.whole),
    fake: MEANS[mean](moments.fake.whole),
  });
  const spread = async (distance: number) => {
    const fake = moments.fake.leftOut();
    const real = stored ? fake.map(() => stored) : moments.real.leftOut();
    const leftOut: number[] = [];
    for (const [i, rest] of fake.entries())
      leftOut.push((await frechetDistance(real[i]!, rest)).raw);
    return jackknife(distance, leftOut);
  };
  return {
    update(batch) {
      const rows: Sides<{ shape: readonly number[]; data: ArrayLike<number> }> = batch[input] ?? {};
      if (rows.real && !stored) moments.real.append(rows.real);
      if (rows.fake) moments.fake.append(rows.fake);
    },
    ...together(moments),
    async compute() {
      const least = Math.max(2, 2 * folds);
      for (const side of SIDES)
        if (moments[side].count < least && !(side === "real" && stored))
          throw new UserError(
            `${name}: expected at least ${least} ${side} samples, got ${moments[side].count}; ` +
              "evaluate on more images",
          );
      const { real, fake } = gaussians();
      const { distance, ...parts } = await frechetDistance(real!, fake!);
      const { interval, corrected } = folds > 0 ? await spread(parts.raw) : {};
      return {
        metric: name,
        values: { [value]: distance },
        details: { ...parts, ...(corrected !== undefined && { corrected }) },
        ...(interval && {
          intervals: { [value]: { ...interval, low: Math.max(0, interval.low) } },
        }),
        protocol: {
          ...extractorProtocol(extractor),
          ...(reference
            ? { reference: reference.name, ...countOf(stored!) }
            : { realCount: moments.real.count }),
          fakeCount: moments.fake.count,
          mean,
          covariance: "sample (N - 1), float64",
        },
      };
    },
  };
}

/** Statistics files of other tools do not say how many images they are of. */
const countOf = ({ count }: Gaussian) =>
  Number.isNaN(count) ? { realCount: "unstated" } : { realCount: count };
