import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Generator, importGenerator, type Release, releaseOf } from "@fqgan/ar-generator";
import {
  byteSource,
  type HostTensor,
  hostTensor,
  loadTensors,
  openPytorch,
  type PytorchValue,
} from "@fqgan/tensor";
import { type ParityCase, readTensors } from "../parity-case.js";

/** A reduced FAR or LlamaGen with its golden inputs. */
export interface Subject {
  readonly generator: Generator;
  readonly release: Release;
  /** int32 [B, N] by codebook */
  readonly codes: Readonly<Record<string, HostTensor>>;
  /** int32 [B], some replaced by the null class as the case's label dropout did */
  readonly labels: HostTensor;
  readonly meta: GeneratorMeta;
  readonly folder: string;
  /** `logits_2` for the second of several codebooks, `logits` for the only one. */
  readonly numbered: (stem: string, index: number) => string;
}

export interface GenerateMeta {
  readonly mode: "argmax" | "draws";
  readonly cfg_scale: number | readonly number[];
  readonly temperature: number | readonly number[];
  readonly top_k: number | readonly number[];
  readonly top_p: number | readonly number[];
  readonly cfg_interval?: number;
}

export interface GeneratorMeta {
  readonly config: {
    readonly n_head: number;
    readonly n_kv_head?: number | null;
    readonly block_size: number;
  };
  /** Of LlamaGen's cases; FAR's are under `train`. */
  readonly loss?: number;
  readonly loss_fp64?: number;
  readonly logits_fp32_vs_fp64_maxabs?: number;
  readonly grad?: Readonly<Record<string, { readonly l2: number }>>;
  readonly train?: {
    readonly loss: number;
    readonly loss_fp64: number;
    readonly loss_per_code: readonly number[];
    readonly logits_fp32_vs_fp64_maxabs: readonly number[];
  };
  readonly optim?: {
    readonly lr: number;
    readonly betas: readonly [number, number];
    readonly weight_decay: number;
    readonly clip: number;
    readonly steps: readonly {
      readonly loss: number;
      readonly loss_fp64: number;
      readonly grad_norm_before_clip: number;
    }[];
    readonly grad_step1: Readonly<Record<string, { readonly l2: number }>>;
    readonly param_after_step3: Readonly<
      Record<
        string,
        { readonly l2: number; readonly update_l2: number; readonly fp32_vs_fp64_l2: number }
      >
    >;
  };
  readonly generate: Readonly<Record<string, GenerateMeta>>;
}

async function weightsOf(folder: string): Promise<Record<string, HostTensor>> {
  const plain = join(folder, "model.safetensors");
  if (existsSync(plain)) return readTensors(plain);
  const file = join(folder, "checkpoint.pt");
  const checkpoint = await openPytorch(byteSource(readFileSync(file)), file);
  return loadTensors((checkpoint as { readonly model: PytorchValue }).model);
}

export async function loadSubject({ folder, meta }: ParityCase): Promise<Subject> {
  const golden = meta as unknown as GeneratorMeta;
  const weights = await weightsOf(folder);
  const side = Math.sqrt(golden.config.block_size);
  const generator = importGenerator(
    weights,
    {
      heads: golden.config.n_head,
      grid: [side, side],
      dropout: { class: 0, token: 0, residual: 0, feedForward: 0 },
    },
    folder,
  );
  const inputs = readTensors(join(folder, "input.safetensors"));
  const { codebooks, nullClass } = generator;
  const release = releaseOf(weights);
  const numbered = (stem: string, index: number) =>
    release === "far" ? `${stem}_${index + 1}` : stem;
  const dropped = inputs.label_drop!.data;
  const labels = Int32Array.from(inputs.labels!.data, (label, i) =>
    dropped[i] ? nullClass : label,
  );
  return {
    generator,
    release,
    codes: Object.fromEntries(codebooks.map((name, i) => [name, inputs[numbered("idx", i)]!])),
    labels: hostTensor(labels),
    meta: golden,
    folder,
    numbered,
  };
}
