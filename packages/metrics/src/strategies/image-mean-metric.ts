import { UserError } from "@fqgan/registry";
import type { Metric, MetricBatch, Protocol } from "../metric.js";
import { ImageMeans, meanAndError } from "../statistics/image-means.js";
import { bootstrapMean } from "../statistics/intervals.js";

/** A metric that is a number for each pair of images, averaged over them. */
export function imageMeanMetric(settings: {
  /** Also the name of its value. */
  readonly metric: string;
  readonly value: string;
  /** The numbers of a batch; none where it lacks what the metric needs. */
  readonly measure: (batch: MetricBatch) => Iterable<number>;
  /**
   * Whether an exact copy scores infinity, which would be the whole mean: copies are counted apart, as
   * `identicalImages`; the value of nothing else is infinite.
   */
  readonly isInfiniteForCopies?: boolean;
  readonly protocol: Protocol;
}): Metric {
  const { metric, value, measure, isInfiniteForCopies = false, protocol } = settings;
  const numbers = new ImageMeans();
  return {
    update(batch) {
      for (const number of measure(batch)) numbers.add(number);
    },
    merge: (state) => numbers.merge(state),
    state: () => numbers.state(),
    async compute() {
      const pairs = numbers.values.length;
      if (pairs === 0)
        throw new UserError(
          `${metric}: expected at least one pair of images, got none; pass both sides`,
        );
      const finite = isInfiniteForCopies ? numbers.values.filter(Number.isFinite) : numbers.values;
      const { mean, ...error } = meanAndError(finite);
      const interval = bootstrapMean(finite);
      return {
        metric,
        values: { [value]: finite.length === 0 ? Number.POSITIVE_INFINITY : mean },
        details: {
          ...error,
          ...(isInfiniteForCopies && { identicalImages: pairs - finite.length }),
        },
        ...(interval && { intervals: { [value]: interval } }),
        protocol: { pairs, ...protocol },
      };
    },
  };
}
