/**
 * FID∞ (Chong & Forsyth, "Effectively unbiased FID and Inception score", arXiv 1911.07023) as dgm-eval
 * computes it: distances of subsets of the fake side, drawn without replacement, fitted by a line in 1/N and
 * read at 1/N = 0.
 */
import { UserError } from "@fqgan/registry";
import * as z from "zod";
import type { Metric, MetricStrategy } from "../metric.js";
import { frechetDistance } from "../statistics/frechet.js";
import { together } from "../statistics/gather.js";
import { type Gaussian, Moments } from "../statistics/moments.js";
import { RandomState } from "../statistics/numpy-random.js";
import { requireSameExtractor } from "../statistics/reference.js";
import { Rows } from "../statistics/rows.js";
import { type FeatureRows, pickRows } from "../statistics/tiles.js";
import { extractorProtocol } from "./extractor-protocol.js";

export const fidInfinity: MetricStrategy<{ readonly points: number; readonly seed: number }> = {
  name: "fid-infinity",
  summary: "FID extrapolated to infinitely many fake images (FID∞)",
  reference: "https://arxiv.org/abs/1911.07023",
  options: {
    points: z.number().int().min(2).default(15),
    seed: z.number().int().min(0).default(2020),
  },
  needs: ["features"],
  describes: { fidInfinity: { label: "FID∞", better: "lower", digits: 2 } },
  create({ points, seed }, { extractor, reference }): Metric {
    const real = new Moments();
    const fake = new Rows();
    const moments = together({ real });
    if (reference) requireSameExtractor(reference, extractor);
    return {
      update({ features }) {
        if (features?.real && !reference) real.append(features.real);
        if (features?.fake) fake.append(features.fake);
      },
      merge(state) {
        moments.merge(state);
        const { fake: rows } = state;
        if (rows) fake.append({ shape: rows.shape, data: rows.data as Float32Array });
      },
      state: () => ({ ...moments.state(), fake: fake.toArray() }),
      async compute() {
        if (fake.count < 2 * points)
          throw new UserError(
            `fid-infinity: expected at least ${2 * points} fake samples for ${points} points, got ` +
              `${fake.count}; evaluate on more images`,
          );
        const random = new RandomState(seed);
        const subsets = subsetSizes(fake.count, points).map((size) =>
          random.choice(fake.count, size),
        );
        const fit = await extrapolate({
          real: reference?.features ?? real.gaussian(),
          fake: fake.features(),
          subsets,
        });
        return {
          metric: "fid-infinity",
          values: { fidInfinity: fit.intercept },
          details: { slope: fit.slope },
          protocol: {
            ...extractorProtocol(extractor),
            ...(reference ? { reference: reference.name } : { realCount: real.count }),
            fakeCount: fake.count,
            points,
            smallest: subsets[0]!.length,
            seed,
          },
        };
      },
    };
  },
};

/** From a tenth of the samples, at most 5000, to all of them in equal steps, as NumPy's linspace rounds. */
export function subsetSizes(count: number, points: number): number[] {
  const least = Math.min(5000, Math.max(count / 10, 2));
  const step = (count - least) / (points - 1);
  return Array.from({ length: points }, (_, i) =>
    i === points - 1 ? count : Math.trunc(least + i * step),
  );
}

/** The least-squares line through (1/N, distance) of each subset of the fake rows. */
export async function extrapolate(sets: {
  readonly real: Gaussian;
  readonly fake: FeatureRows;
  readonly subsets: readonly ArrayLike<number>[];
}): Promise<{ readonly intercept: number; readonly slope: number }> {
  const { real, fake, subsets } = sets;
  const xs: number[] = [];
  const ys: number[] = [];
  for (const indices of subsets) {
    const moments = new Moments();
    const { rows, columns, data } = pickRows(fake, indices);
    moments.append({ shape: [rows, columns], data });
    xs.push(1 / rows);
    ys.push((await frechetDistance(real, moments.gaussian())).raw);
  }
  const mean = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(xs), mean(ys)];
  const spread = xs.reduce((sum, x) => sum + (x - meanX) ** 2, 0);
  const slope = xs.reduce((sum, x, i) => sum + (x - meanX) * (ys[i]! - meanY), 0) / spread;
  return { intercept: meanY - slope * meanX, slope };
}
