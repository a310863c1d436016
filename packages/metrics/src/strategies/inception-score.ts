/** Inception score (Salimans et al., "Improved techniques for training GANs", arXiv 1606.03498). */
import { UserError } from "@fqgan/registry";
import * as z from "zod";
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

/** The score of one side, under a name of its own. */
const scoreOf = (of: {
  readonly name: string;
  readonly value: string;
  readonly label: string;
  readonly side: "real" | "fake";
  readonly summary: string;
}): MetricStrategy<ScoreOptions> => ({
  name: of.name,
  summary: of.summary,
  reference: "https://arxiv.org/abs/1606.03498",
  options: {
    chunks: z.enum(["torch-fidelity", "adm"]).default("torch-fidelity"),
    splits: z.number().int().min(1).default(10),
    chunkSize: z.number().int().min(1).default(5000),
    seed: z.number().int().min(0).default(2020),
  },
  needs: ["logits"],
  describes: { [of.value]: { label: of.label, better: "higher", digits: 2 } },
  create(options, { extractor }): Metric {
    const rows = new Rows();
    return {
      update: ({ logits }) => {
        const own = logits?.[of.side];
        if (own) rows.append(own);
      },
      merge: (state) => {
        const own = state[of.side];
        if (own) rows.append({ shape: own.shape, data: own.data as Float32Array });
      },
      state: () => ({ [of.side]: rows.toArray() }),
      async compute() {
        const chunks = CHUNKING[options.chunks](rows.count, options);
        if (rows.count === 0 || chunks.some((chunk) => chunk.length === 0))
          throw new UserError(
            `${of.name}: expected at least one sample in each of ${chunks.length} chunks, ` +
              `got ${rows.count} samples; evaluate on more images or set fewer splits`,
          );
        const scores = chunks.map((chunk) => scoreOfRows(rows.features(), chunk));
        const mean = scores.reduce((sum, value) => sum + value, 0) / scores.length;
        const variance =
          scores.reduce((sum, value) => sum + (value - mean) ** 2, 0) / scores.length;
        const interval = meanInterval(scores, "chunks");
        return {
          metric: of.name,
          values: { [of.value]: mean },
          details: { chunksDeviation: Math.sqrt(variance) },
          ...(interval && { intervals: { [of.value]: interval } }),
          protocol: {
            ...extractorProtocol(extractor),
            [`${of.side}Count`]: rows.count,
            classes: rows.columns,
            chunking: options.chunks,
            chunks: chunks.length,
          },
        };
      },
    };
  },
});

export const inceptionScore = scoreOf({
  name: "inception-score",
  value: "inceptionScore",
  label: "IS",
  side: "fake",
  summary:
    "exp of the mean divergence between an image's class prediction and the average prediction",
});

/** What the real images themselves score: without it a score says little. */
export const realInceptionScore = scoreOf({
  name: "real-inception-score",
  value: "realInceptionScore",
  label: "IS of real",
  side: "real",
  summary: "The inception score of the real images, to hold the others' against",
});
