import type { StrategyConfig } from "@fqgan/registry";
import type { HostTensor } from "@fqgan/tensor";
import type { Metric, MetricContext, MetricResult } from "./metric.js";
import { metrics } from "./registry.js";
import { together } from "./statistics/gather.js";
import { SharedRows } from "./statistics/rows.js";

/** The metric that a config names: `{ name: "kid", subsets: 20 }`. */
export function createMetric(config: StrategyConfig, context: MetricContext = {}): Metric {
  const { strategy, config: options } = metrics.parse(config);
  return strategy.create(options, context);
}

/** Several metrics fed by one pass over the images. */
export function createMetrics(configs: readonly StrategyConfig[], context: MetricContext = {}) {
  const shared = new SharedRows();
  const all = configs.map((config) => createMetric(config, { ...context, shared }));
  return {
    update: (batch: Parameters<Metric["update"]>[0]) => {
      shared.append(batch.features);
      for (const metric of all) metric.update(batch);
    },
    ...together({
      shared,
      ...Object.fromEntries(all.map((metric, i) => [`metric${i}`, metric])),
    }),
    /** One after another: each may use all processors. */
    async compute(): Promise<MetricResult[]> {
      const results: MetricResult[] = [];
      for (const metric of all) results.push(await metric.compute());
      return results;
    },
  };
}

/** The first `count` rows of a batch: what counts of one that was padded to a constant shape. */
export function firstRows(rows: HostTensor, count: number): HostTensor {
  const [total = 0, ...rest] = rows.shape;
  const size = rest.reduce((product, side) => product * side, 1);
  if (count >= total) return rows;
  return { dtype: rows.dtype, shape: [count, ...rest], data: rows.data.subarray(0, count * size) };
}
