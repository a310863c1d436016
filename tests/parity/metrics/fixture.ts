import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  createMetric,
  decodeNpy,
  decodeNpz,
  type MetricContext,
  type MetricResult,
} from "@fqgan/metrics";
import type { StrategyConfig } from "@fqgan/registry";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import type { Check } from "../parity-case.js";

type Share = "precision" | "recall" | "density" | "coverage";

/** What is read of `expected.json`; parts may be missing. */
export interface Expected {
  readonly features?: {
    readonly numpy_randomstate?: Readonly<Record<string, readonly number[]>>;
    readonly fid?: Readonly<Record<string, Readonly<Record<string, number>>>>;
    readonly stats?: Readonly<Record<string, unknown>>;
    readonly fid_2048_recipe?: {
      readonly recipe: string;
      readonly pytorch_fid: number;
      readonly torch_fidelity: number;
    };
    readonly kid?: {
      readonly settings: { subsets: number; subset_size: number; rng_seed: number };
      readonly torch_fidelity_float64: KidNumbers;
      readonly torch_fidelity_float32: KidNumbers;
      readonly full_set_unbiased_float64: { n: number; value: number };
      readonly full_set_ustatistic_float64?: number;
    };
    readonly fd_infinity?: {
      readonly value: number;
      readonly sizes: readonly number[];
      readonly ref: string;
      readonly gen: string;
    };
    readonly prdc?: Readonly<Record<string, Readonly<Record<string, { [S in Share]?: number }>>>>;
    readonly isc?: Readonly<
      Record<string, number | { inception_score_mean: number; inception_score_std: number }>
    >;
    readonly cmmd?: Readonly<Record<string, number | string>>;
  };
  readonly images?: {
    readonly pairs?: readonly ImageNumbers[];
    readonly resize?: Readonly<
      Record<string, { readonly source: string; readonly shape: readonly number[] }>
    >;
    readonly decode?: Readonly<Record<string, { readonly pil_mode: string }>>;
    readonly quantize?: unknown;
  };
  readonly codebook?: CodebookNumbers;
  readonly nets?: NetNumbers;
}

/** Networks by name; their outputs are stored arrays. */
export interface NetNumbers {
  readonly inception?: { readonly images: readonly string[] };
  readonly lpips_vgg16?: {
    readonly pairs: readonly {
      readonly index: number;
      readonly lpips_pkg_float64: number;
      readonly per_layer_float64: readonly number[];
    }[];
  };
  readonly dinov2?: Readonly<
    Record<
      string,
      {
        readonly config: { embed_dim: number; heads: number; patch: number };
        readonly images: readonly string[];
        readonly preprocess: string;
      }
    >
  >;
  readonly [name: string]: unknown;
}

export interface KidNumbers {
  readonly kernel_inception_distance_mean: number;
  readonly kernel_inception_distance_std: number;
}

export interface ImageNumbers {
  readonly index: number;
  /** "Infinity" for an exact copy. */
  readonly psnr_uint8: number | "Infinity";
  readonly ssim_uint8_data_range_255_float64: number;
  readonly ssim_llamagen_data_range_2: number;
  readonly ssim_gaussian_wang_float64: number;
}

export interface CodebookNumbers {
  readonly whole_stream: {
    readonly codebook_size: number;
    readonly utilization: number;
    readonly entropy_nats: number;
    readonly perplexity: number;
  };
  readonly window_usage: {
    readonly codebook_size: number;
    readonly tokens_per_step: number;
    readonly window: number;
    readonly usage_after_each_step: readonly number[];
  };
  readonly taming_batch_perplexity: {
    readonly per_step: readonly { step: number; perplexity: number }[];
  };
  readonly factorized: {
    readonly note: string;
    readonly joint_pairs_used: number;
    readonly joint_perplexity: number;
    readonly [usageOrPerplexityOfBook: string]: number | string;
  };
}

/** A folder of golden numbers of the evaluation tools. */
export interface Fixture {
  readonly folder: string;
  readonly expected: Expected;
}

/** A stored array, a .npy or the only member of a .npz, as a tensor; float32, or int32 for indices. */
export function readArray({ folder }: Fixture, name: string): HostTensor {
  const path = join(folder, name);
  const { shape, data } = existsSync(`${path}.npy`)
    ? decodeNpy(readFileSync(`${path}.npy`), `${path}.npy`)
    : Object.values(decodeNpz(readFileSync(`${path}.npz`), `${path}.npz`))[0]!;
  const isFloat = data instanceof Float32Array || data instanceof Float64Array;
  const values = isFloat ? Float32Array.from(data) : Int32Array.from(data as Uint16Array);
  return hostTensor(values, shape);
}

export const readFeatures = (fixture: Fixture, name: string) =>
  readArray(fixture, `features/features_${name}`);

/** The result of one metric over one batch. */
export function evaluate(
  config: StrategyConfig,
  batch: Parameters<ReturnType<typeof createMetric>["update"]>[0],
  context?: MetricContext,
): Promise<MetricResult> {
  const metric = createMetric(config, context);
  metric.update(batch);
  return metric.compute();
}

export function relative(
  name: string,
  numbers: {
    readonly actual: number | undefined;
    readonly expected: number;
    readonly tolerance: number;
  },
): Check {
  const { actual = Number.NaN, expected, tolerance } = numbers;
  return { name, error: noNaN(Math.abs(actual - expected) / Math.abs(expected)), tolerance };
}

export function absolute(
  name: string,
  numbers: {
    readonly actual: number | undefined;
    readonly expected: number;
    readonly tolerance: number;
  },
): Check {
  const { actual = Number.NaN, expected, tolerance } = numbers;
  const error = actual === expected ? 0 : Math.abs(actual - expected);
  return { name, error: noNaN(error), tolerance };
}

const noNaN = (error: number) => (Number.isNaN(error) ? Number.POSITIVE_INFINITY : error);
