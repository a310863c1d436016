import type { Strategy } from "@fqgan/registry";
import type { HostTensor } from "@fqgan/tensor";
import type { NpyArray } from "./npz/npy.js";
import type { Interval } from "./statistics/intervals.js";
import type { ReferenceStatistics } from "./statistics/reference.js";
import type { SharedRows } from "./statistics/rows.js";

/** The two sets that a metric compares; a batch may hold one side or both. */
export interface Sides<T> {
  /** The reference: real images, or the originals of a reconstruction. */
  readonly real?: T;
  /** What is judged: generated or reconstructed images. */
  readonly fake?: T;
}

/**
 * What one pass over the images hands to every metric; each takes what it needs and ignores the rest.
 * Images of the two sides are pairs, row by row; features need not be.
 */
export interface MetricBatch {
  /** [B, H, W, 3] float32 in [-1, 1] */
  readonly images?: Sides<HostTensor>;
  /** [B, D] float32 */
  readonly features?: Sides<HostTensor>;
  /** [B, S] float32: the features of another layer, for sFID. */
  readonly spatial?: Sides<HostTensor>;
  /** [B, classes] float32 */
  readonly logits?: Sides<HostTensor>;
  /** [B, H, W] float32 coverage of each image's subject, 1 inside. */
  readonly masks?: HostTensor;
  /** Perceptual distance of each pair, [B] float32, from a network such as LPIPS. */
  readonly perceptual?: HostTensor;
  /** Indices of each named codebook, [B, N] int32. */
  readonly codes?: Readonly<Record<string, HostTensor>>;
}

/** A part of a batch that a metric can need. */
export type MetricInput = keyof MetricBatch;

/** What is known before the first batch. */
export interface MetricContext {
  /** The network behind `features` and `logits`. */
  readonly extractor?: ExtractorIdentity;
  /** The network behind `perceptual`. */
  readonly perceptual?: ExtractorIdentity;
  /** Number of codes of each named codebook. */
  readonly codebooks?: Readonly<Record<string, number>>;
  /** The real side of Fréchet distances, already computed. */
  readonly reference?: ReferenceStatistics;
  /** Rows kept once for several metrics, whose states leave them out; `createMetrics` makes them. */
  readonly shared?: SharedRows;
}

/** Which network, to the bit: numbers of different extractors are never comparable. */
export interface ExtractorIdentity {
  readonly name: string;
  /** SHA-256 of the weights, or its beginning. */
  readonly hash: string;
  readonly dimensions: number;
}

/** How a number was made: sample counts, extractor, settings. Printed beside it. */
export type Protocol = Readonly<Record<string, string | number>>;

/** What a metric found, and how it was measured. */
export interface MetricResult {
  /** The strategy's name. */
  readonly metric: string;
  /** The numbers that tables show, by name. */
  readonly values: Readonly<Record<string, number>>;
  /** Parts and side results, for those who look closer. */
  readonly details: Readonly<Record<string, number>>;
  /** Confidence intervals of some of the values. */
  readonly intervals?: Readonly<Record<string, Interval>>;
  readonly protocol: Protocol;
}

/** Statistics as plain named arrays: what shards exchange and checkpoints hold. */
export type MetricState = Readonly<Record<string, NpyArray>>;

/** What gathers statistics and can put them into arrays and back. */
export interface Gathering {
  /** Adds what another one of the same settings has seen (a shard, a saved state). */
  merge(state: MetricState): void;
  state(): MetricState;
}

/** Accumulates statistics over batches; pure mathematics, without models or files. */
export interface Metric extends Gathering {
  update(batch: MetricBatch): void;
  /** A UserError if too little has been seen. */
  compute(): Promise<MetricResult>;
}

/** How a table shows one value. */
export interface ValueDescription {
  /** Column head, such as "FID". */
  readonly label: string;
  readonly better: "higher" | "lower" | "neither";
  /** Decimals shown. */
  readonly digits: number;
}

/** A metric that plugs in by name. */
export interface MetricStrategy<Options = Record<string, unknown>> extends Strategy {
  /** The parts of a batch without which it has nothing to measure. */
  readonly needs: readonly MetricInput[];
  /** Every key that `values` can hold; metrics per codebook describe their suffix (`usage` for `visual.usage`). */
  readonly describes: Readonly<Record<string, ValueDescription>>;
  create(options: Options, context: MetricContext): Metric;
}
