import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type HostTensor, hostTensor, transposeHost } from "@fqgan/tensor";
import { type ParityCase, readTensors } from "../parity-case.js";

type Tensors = Readonly<Record<string, HostTensor>>;

/** What a tokenizer case's `meta.json` says of its sizes and recipe. */
export interface TokenizerMeta {
  readonly config: {
    readonly norm_groups: number;
    readonly codebook_size: number;
    readonly commit_loss_beta: number;
    readonly entropy_loss_ratio: number;
    readonly disentanglement_ratio: number;
    readonly adapter: { readonly heads: number };
    /** Absent where no codebook has a teacher. */
    readonly feat_head?: { readonly heads: number } | null;
    readonly semantic_weight: number;
    readonly disc_start: number;
    readonly disc_weight: number;
    readonly disc_dim: number;
    readonly disc_num_layers: number;
    readonly lr: number;
    readonly betas: readonly [number, number];
    readonly max_grad_norm: number;
  };
  readonly eval: {
    readonly fp32_vs_fp64_maxabs: Readonly<Record<string, number>>;
    readonly disentangle_loss: number;
  };
  readonly train: TrainingMeta;
}

export interface TrainingMeta {
  readonly steps: readonly StepMeta[];
  readonly grad_step1: Readonly<Record<string, { l2: number; fp32_vs_fp64_maxabs: number }>>;
  readonly param_after_step1?: UpdateMeta;
  readonly param_after_step3?: UpdateMeta;
  readonly param_after_step4?: UpdateMeta;
}

/** By parameter: its norm, how far it moved from its start, and the reference's own float32 error. */
export type UpdateMeta = Readonly<
  Record<string, { l2: number; update_l2: number; fp32_vs_fp64_l2: number }>
>;

export interface StepMeta {
  readonly loss_gen: number;
  readonly rec_loss: number;
  readonly disentangle_loss: number;
  readonly codebook: Readonly<
    Record<string, { vq_loss: number; commit_loss: number; entropy_loss: number }>
  >;
  readonly grad_norm_before_clip: number;
  readonly loss_disc: number;
  readonly disc_grad_norm_before_clip: number;
  readonly fp64?: Readonly<Record<string, number>>;
  readonly [name: string]: unknown;
}

/** The teacher that each codebook with one learns from, by our names. */
export const teachers = { semantic: "clip", semanticMid: "dino", semanticHigh: "clip" } as const;

/** The reference's names of codebooks by ours. */
export const suffixes: Readonly<Record<string, string>> = {
  visual: "vis",
  semantic: "sem",
  semanticMid: "sem_mid",
  semanticHigh: "sem_high",
};

/** NCHW → NHWC. */
export const channelsLast = (tensor: HostTensor): HostTensor => transposeHost(tensor, [0, 2, 3, 1]);

/** A NumPy file of float32 in C order. */
export function readNpy(file: string): HostTensor {
  const bytes = readFileSync(file);
  const headerLength = bytes.readUInt16LE(8);
  const header = bytes.subarray(10, 10 + headerLength).toString("latin1");
  const shape = /'shape': \(([^)]*)\)/.exec(header)?.[1];
  if (
    !header.includes("'<f4'") ||
    !header.includes("'fortran_order': False") ||
    shape === undefined
  )
    throw new Error(`${file}: expected float32 in C order, got ${header}`);
  const sides = shape.split(",").filter((side) => side.trim() !== "");
  const values = bytes.subarray(10 + headerLength);
  return hostTensor(new Float32Array(new Uint8Array(values).buffer), sides.map(Number));
}

/** Row `index` of the first axis. */
export function row(tensor: HostTensor, index: number): HostTensor {
  const [, ...shape] = tensor.shape;
  const size = shape.reduce((product, side) => product * side, 1);
  return hostTensor(tensor.data.slice(index * size, (index + 1) * size), shape);
}

/** The files of a case. */
export function files({ folder }: ParityCase) {
  const tensors = (name: string): Tensors => readTensors(join(folder, `${name}.safetensors`));
  return {
    tensors,
    has: (name: string) => existsSync(join(folder, `${name}.safetensors`)),
    npy: (name: string) => readNpy(join(folder, `${name}.npy`)),
  };
}
