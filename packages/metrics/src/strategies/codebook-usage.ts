/**
 * Codebook usage and perplexity over the whole evaluation set: the share of codes used at least once
 * (as Open-MAGVIT2 counts it), and exp of the entropy of the index histogram.
 */
import type { HostTensor } from "@fqgan/tensor";
import type { Metric, MetricStrategy } from "../metric.js";
import { CodeCounts } from "../statistics/code-counts.js";
import { summarise } from "../statistics/histogram.js";
import { TupleCounts } from "../statistics/tuple-counts.js";

export const codebookUsage: MetricStrategy = {
  name: "codebook-usage",
  summary: "Share of codes used and perplexity, of each codebook and of all together",
  reference: "https://arxiv.org/abs/2409.04410",
  options: {},
  needs: ["codes"],
  describes: {
    usage: { label: "Usage", better: "higher", digits: 3 },
    perplexity: { label: "Perplexity", better: "higher", digits: 1 },
  },
  create(_options, context): Metric {
    const counts = new CodeCounts("codebook-usage", context);
    const joint = new TupleCounts();
    return {
      update: ({ codes }) => {
        if (!codes) return;
        counts.add(codes);
        addTuples(joint, codes, context.codebooks ?? {});
      },
      merge(state) {
        counts.merge(state);
        const { tuples, tupleCounts } = state;
        if (tuples && tupleCounts)
          joint.merge(tuples.data as Float64Array, tupleCounts.data as Float64Array);
      },
      state() {
        const table = joint.table();
        const shape = [table.values.length];
        return {
          ...counts.state(),
          tuples: { shape, data: table.values.slice() },
          tupleCounts: { shape, data: table.counts.slice() },
        };
      },
      async compute() {
        counts.requireCodes();
        const values: Record<string, number> = {};
        const details: Record<string, number> = {};
        const sizes: Record<string, number> = {};
        for (const [name, book] of Object.entries(counts.books)) {
          const summary = summarise(book.counts);
          values[`${name}.usage`] = summary.used / book.size;
          values[`${name}.perplexity`] = summary.perplexity;
          details[`${name}.used`] = summary.used;
          details[`${name}.entropyBits`] = summary.entropyBits;
          details[`${name}.correctedEntropyBits`] = summary.correctedEntropyBits;
          sizes[`${name}.size`] = book.size;
          sizes[`${name}.indices`] = summary.total;
        }
        const tuples = summarise(joint.table().counts);
        if (tuples.total > 0) {
          details["joint.used"] = tuples.used;
          details["joint.perplexity"] = tuples.perplexity;
          details["joint.entropyBits"] = tuples.entropyBits;
        }
        return {
          metric: "codebook-usage",
          values,
          details,
          protocol: { images: counts.images, ...sizes, window: "whole set" },
        };
      },
    };
  },
};

/** Adds the tuples that two or more codebooks write at one place, as mixed-radix numbers. */
function addTuples(
  joint: TupleCounts,
  codes: Readonly<Record<string, HostTensor>>,
  sizes: Readonly<Record<string, number>>,
): void {
  const books = Object.entries(sizes).map(([name, size]) => ({ data: codes[name]!.data, size }));
  const length = books[0]!.data.length;
  // Codebooks of different lengths have no places in common; beyond 2⁵³ tuples could not be told apart.
  const tuples = books.reduce((product, { size }) => product * size, 1);
  const apart = books.some(({ data }) => data.length !== length);
  if (books.length < 2 || apart || tuples > Number.MAX_SAFE_INTEGER) return;
  for (let i = 0; i < length; i++)
    joint.add(books.reduce((tuple, { data, size }) => tuple * size + data[i]!, 0));
}
