import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type GeneratorStageConfig,
  loadRunTokenizer,
  readCodesHeader,
  readRunConfig,
  readRunStatus,
} from "@fqgan/experiment";
import type { Exported } from "@fqgan/onnx/export";
import { UserError } from "@fqgan/registry";
import type { Tokenizer } from "@fqgan/tokenizer";
import type { PlaygroundModel } from "../api-types.js";
import { SHIPPED } from "./models.js";

/** A model that can be exported, not read yet. */
export interface ModelSource extends PlaygroundModel {
  /** The files that its weights are in: where they are the same, so is the export. */
  readonly checkpoints: readonly string[];
  /** Reads it and writes it as ONNX. Takes seconds. */
  export(): Promise<Exported>;
}

const checkpointOf = (folder: string) => join(folder, "checkpoints", "model.safetensors");

/** The tokenizer that comes with @fqgan/tokenizer. */
export async function shippedSource(): Promise<ModelSource> {
  const { defaultTokenizer, loadTokenizer } = await import("@fqgan/tokenizer");
  return {
    ...SHIPPED,
    checkpoints: [fileURLToPath(defaultTokenizer)],
    export: async () => exportOwned(await loadTokenizer(defaultTokenizer), SHIPPED.id),
  };
}

/**
 * The model of a finished tokenizer or generator run; a generator brings the tokenizer whose codes it writes.
 * @throws UserError when the run is of another kind, is not finished, or has lost its model
 */
export function runSource(folder: string): ModelSource {
  const { id, kind, label, seed, inputs } = readRunConfig(folder);
  const status = readRunStatus(folder);
  if (kind !== "tokenizer" && kind !== "generator")
    throw new UserError(`${id}: expected a tokenizer or generator run, got a ${kind} run`);
  if (status !== "done")
    throw new UserError(`${id}: expected a finished run, it is ${status}; wait, or choose another`);
  const about = { id, label, kind, note: `seed ${seed} · ${id}` };
  if (kind === "tokenizer")
    return {
      ...about,
      checkpoints: [requireCheckpoint(folder)],
      export: async () => exportOwned(await loadRunTokenizer(folder), id),
    };
  const beside = (role: string) => join(dirname(folder), basename(String(inputs[role] ?? "")));
  const tokenizerFolder = beside("tokenizer");
  return {
    ...about,
    checkpoints: [requireCheckpoint(folder), requireCheckpoint(tokenizerFolder)],
    export: () => exportRunGenerator({ folder, tokenizerFolder, codesFolder: beside("codes") }),
  };
}

function requireCheckpoint(folder: string): string {
  const path = checkpointOf(folder);
  if (!existsSync(path))
    throw new UserError(`${path}: expected the run's finished model, found none; run it again`);
  return path;
}

/** Exports a tokenizer that nothing else uses, and frees it. */
async function exportOwned(tokenizer: Tokenizer, preset: string): Promise<Exported> {
  const { exportTokenizer } = await import("@fqgan/onnx/export");
  try {
    return await exportTokenizer(tokenizer, { preset });
  } finally {
    tokenizer.dispose();
  }
}

async function exportRunGenerator(run: {
  readonly folder: string;
  readonly tokenizerFolder: string;
  readonly codesFolder: string;
}): Promise<Exported> {
  const { folder, tokenizerFolder, codesFolder } = run;
  const { exportGenerator } = await import("@fqgan/onnx/export");
  const { loadGenerator } = await import("@fqgan/ar-generator");
  const path = checkpointOf(folder);
  const { generator, tokenizerHash } = await loadGenerator(path);
  const header = readCodesHeader(codesFolder);
  const { sample } = readRunConfig(folder).config as unknown as GeneratorStageConfig;
  const { temperature, topK, topP, guidance } = sample;
  const preset = basename(folder);
  try {
    return await exportGenerator(generator, {
      preset,
      tokenizer: await exportOwned(await loadRunTokenizer(tokenizerFolder), preset),
      tokenizerHash: tokenizerHash || header.tokenizerHash,
      classes: header.classes,
      sampling: { temperature, topK, topP, guidance },
    });
  } finally {
    generator.dispose();
  }
}
