import type { ExtractorIdentity, Metric } from "../metric.js";
import { type Ball, compareManifolds, type Manifold } from "../statistics/manifold.js";
import { TwoSidedRows } from "../statistics/rows.js";
import { extractorProtocol } from "./extractor-protocol.js";

/** What precision/recall and density/coverage share: one comparison of manifolds, two of its numbers shown. */
export function manifoldMetric(settings: {
  readonly metric: string;
  readonly shows: readonly (keyof Manifold)[];
  readonly k: number;
  readonly ball: Ball;
  readonly extractor: ExtractorIdentity | undefined;
}): Metric {
  const { metric, shows, k, ball, extractor } = settings;
  const rows = new TwoSidedRows();
  return {
    update: ({ features }) => rows.append(features),
    merge: (state) => rows.merge(state),
    state: () => rows.state(),
    compute() {
      rows.require(metric, k + 1);
      const manifold = compareManifolds(rows.real.toMatrix(), rows.fake.toMatrix(), { k, ball });
      return {
        metric,
        values: Object.fromEntries(shows.map((name) => [name, manifold[name]])),
        details: {},
        protocol: {
          ...extractorProtocol(extractor),
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
