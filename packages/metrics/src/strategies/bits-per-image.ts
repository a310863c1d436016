/**
 * What an image costs as codes: nominal, Σ N·log₂K over the codebooks, and as an ideal entropy coder of
 * the observed frequencies would write it.
 */
import type { Metric, MetricStrategy } from "../metric.js";
import { CodeCounts } from "../statistics/code-counts.js";
import { summarise } from "../statistics/histogram.js";

export const bitsPerImage: MetricStrategy = {
  name: "bits-per-image",
  summary: "Bits that the codes of an image take: nominal, and coded by their frequency",
  options: {},
  needs: ["codes"],
  describes: {
    bitsPerImage: { label: "Bits/image", better: "lower", digits: 0 },
    codedBitsPerImage: { label: "Bits/image (coded)", better: "lower", digits: 0 },
  },
  create(_options, context): Metric {
    const counts = new CodeCounts("bits-per-image", context);
    return {
      update: ({ codes }) => {
        if (codes) counts.add(codes);
      },
      merge: (state) => counts.merge(state),
      state: () => counts.state(),
      async compute() {
        counts.requireCodes();
        let nominal = 0;
        let coded = 0;
        const indices: Record<string, number> = {};
        for (const [name, book] of Object.entries(counts.books)) {
          const { total, entropyBits } = summarise(book.counts);
          const perImage = total / counts.images;
          nominal += perImage * Math.log2(book.size);
          coded += perImage * entropyBits;
          indices[`${name}.indicesPerImage`] = perImage;
          indices[`${name}.size`] = book.size;
        }
        return {
          metric: "bits-per-image",
          values: { bitsPerImage: nominal, codedBitsPerImage: coded },
          details: {},
          protocol: {
            images: counts.images,
            ...indices,
            coded:
              "entropy of each codebook's frequencies over the set, without the cost of a table",
          },
        };
      },
    };
  },
};
