/** Inception score (Salimans et al., "Improved techniques for training GANs", arXiv 1606.03498). */
import { UserError } from "@fqgan/registry";
import { z } from "zod";
import type { Metric, MetricStrategy } from "../metric.js";
import { meanInterval } from "../statistics/intervals.js";
import { RandomState } from "../statistics/numpy-random.js";
import { scoreOfRows } from "../statistics/prediction-spread.js";
import { Rows } from "../statistics/rows.js";
import { extractorProtocol } from "./extractor-protocol.js";

/**
 * How samples are put into chunks: each is a list of rows. "torch-fidelity": shuffled, `splits` nearly
 * equal ones. "adm": consecutive `chunkSize`, so samples sorted by class score too low.
 */
const CHUNKING = {
  "torch-fidelity": (count: number, { splits, seed }: ScoreOptions): Int32Array[] => {
    const order = new RandomState(seed).permutation(count);
    const start = (i: number) => Math.floor((i * count) / splits);
    return Array.from({ length: splits }, (_, i) => order.subarray(start(i), start(i + 1)));
  },
  adm: (count: number, { chunkSize }: ScoreOptions): Int32Array[] =>
    Array.from({ length: Math.ceil(count / chunkSize) }, (_, i) => {
      const start = i * chunkSize;
      const length = Math.min(chunkSize, count - start);
      return Int32Array.from({ length }, (_, j) => start + j);
    }),
} as const;

type ScoreOptions = {
  readonly chunks: keyof typeof CHUNKING;
  readonly splits: number;
  readonly chunkSize: number;
  readonly seed: number;
};

export const inceptionScore: MetricStrategy<ScoreOptions> = {
  name: "inception-score",
  summary:
    "exp of the mean divergence between an image's class prediction and the average prediction",
  reference: "https://arxiv.org/abs/1606.03498",
  options: {
    chunks: z.enum(["torch-fidelity", "adm"]).default("torch-fidelity"),
    splits: z.number().int().min(1).default(10),
    chunkSize: z.number().int().min(1).default(5000),
    seed: z.number().int().min(0).default(2020),
  },
  needs: ["logits"],
  describes: { inceptionScore: { label: "IS", better: "higher", digits: 2 } },
  create(options, { extractor }): Metric {
    const rows = new Rows();
    return {
      update: ({ logits }) => {
        if (logits?.fake) rows.append(logits.fake);
      },
      merge: (state) => {
        const { fake } = state;
        if (fake) rows.append({ shape: fake.shape, data: fake.data as Float32Array });
      },
      state: () => ({ fake: rows.toArray() }),
      async compute() {
        const chunks = CHUNKING[options.chunks](rows.count, options);
        if (rows.count === 0 || chunks.some((chunk) => chunk.length === 0))
          throw new UserError(
            `inception-score: expected at least one sample in each of ${chunks.length} chunks, ` +
              `got ${rows.count} samples; evaluate on more images or set fewer splits`,
          );
        const scores = chunks.map((chunk) => scoreOfRows(rows.features(), chunk));
        const mean = scores.reduce((sum, value) => sum + value, 0) / scores.length;
        const variance =
          scores.reduce((sum, value) => sum + (value - mean) ** 2, 0) / scores.length;
        const interval = meanInterval(scores, "chunks");
        return {
          metric: "inception-score",
          values: { inceptionScore: mean },
          details: { chunksDeviation: Math.sqrt(variance) },
          ...(interval && { intervals: { inceptionScore: interval } }),
          protocol: {
            ...extractorProtocol(extractor),
            fakeCount: rows.count,
            classes: rows.columns,
            chunking: options.chunks,
            chunks: chunks.length,
          },
        };
      },
    };
  },
};
