/**
 * Codebook usage and perplexity over the whole evaluation set: the share of codes used at least once
 * (as Open-MAGVIT2 counts it), and exp of the entropy of the index histogram.
 */
import type { Metric, MetricStrategy } from "../metric.js";
import { CodeCounts } from "../statistics/code-counts.js";
import { summarise } from "../statistics/histogram.js";

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
    return {
      update: ({ codes }) => {
        if (codes) counts.add(codes);
      },
      merge: (state) => counts.merge(state),
      state: () => counts.state(),
      compute() {
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
        if (Object.keys(counts.books).length > 1 && counts.tuples.size > 0) {
          const joint = summarise(counts.tuples.values());
          details["joint.used"] = joint.used;
          details["joint.perplexity"] = joint.perplexity;
          details["joint.entropyBits"] = joint.entropyBits;
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
