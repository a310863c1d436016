import * as z from "zod";
import type { Metric, MetricContext } from "../metric.js";
import { halfSampling } from "../statistics/intervals.js";
import { type Ball, compareManifolds, type Manifold } from "../statistics/manifold.js";
import { RandomState } from "../statistics/numpy-random.js";
import { featureRows } from "../statistics/rows.js";
import { type FeatureRows, pickRows } from "../statistics/tiles.js";
import { extractorProtocol } from "./extractor-protocol.js";

export type ManifoldOptions = {
  readonly k: number;
  readonly ball: Ball;
  readonly halves: number;
};

/** Random halves for the intervals; each costs a quarter of the metric itself. */
export const halvesOption = z.union([z.literal(0), z.number().int().min(10)]).default(0);

/** What precision/recall and density/coverage share: one comparison of manifolds, two of its numbers shown. */
export function manifoldMetric(
  settings: ManifoldOptions & {
    readonly metric: string;
    readonly shows: readonly (keyof Manifold)[];
    readonly context: MetricContext;
  },
): Metric {
  const { metric, shows, k, ball, halves, context } = settings;
  const { rows, update, merge, state } = featureRows(context);
  return {
    update,
    merge,
    state,
    async compute() {
      rows.require(metric, halves > 0 ? 2 * (k + 1) : k + 1);
      const [real, fake] = [rows.real.features(), rows.fake.features()];
      const manifold = await compareManifolds(real, fake, { k, ball });
      const random = new RandomState(2020);
      const parts: Manifold[] = [];
      for (let half = 0; half < halves; half++)
        parts.push(await compareManifolds(halfOf(real, random), halfOf(fake, random), { k, ball }));
      const intervalOf = (name: keyof Manifold) => {
        const interval = halfSampling(
          manifold[name],
          parts.map((part) => part[name]),
        );
        // shares end at 1; density does not
        const most = name === "density" ? Number.POSITIVE_INFINITY : 1;
        return {
          ...interval,
          low: Math.max(0, interval.low),
          high: Math.min(most, interval.high),
        };
      };
      return {
        metric,
        values: Object.fromEntries(shows.map((name) => [name, manifold[name]])),
        details: {},
        ...(halves > 0 && {
          intervals: Object.fromEntries(shows.map((name) => [name, intervalOf(name)])),
        }),
        protocol: {
          ...extractorProtocol(context.extractor),
          realCount: rows.real.count,
          fakeCount: rows.fake.count,
          k,
          ball,
          distance: "Euclidean, float64",
        },
      };
    },
  };
}

const halfOf = (x: FeatureRows, random: RandomState): FeatureRows =>
  pickRows(x, random.choice(x.rows, Math.floor(x.rows / 2)));
