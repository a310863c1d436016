import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  type AuditedTokenizer,
  findRun,
  openOnnxTokenizer,
  openTokenizer,
} from "@fqgan/experiment";
import { UserError } from "@fqgan/registry";
import type { Globals } from "../program.js";

export interface TokenizerOptions {
  /** ONNX pair instead of a tokenizer of ours. */
  readonly encoder?: string;
  readonly decoder?: string;
  /** `visual=16384`, for ONNX pairs. */
  readonly codebook?: readonly string[];
  readonly size?: number;
}

/** Whatever a person calls a tokenizer: a file, a run, or an ONNX encoder and decoder. */
export async function openAnyTokenizer(
  globals: Globals,
  reference: string | undefined,
  options: TokenizerOptions,
): Promise<AuditedTokenizer> {
  const { encoder, decoder, codebook = [], size } = options;
  if (encoder !== undefined || decoder !== undefined) {
    if (encoder === undefined || decoder === undefined)
      throw new UserError("--encoder and --decoder: expected both ONNX files, got one");
    return openOnnxTokenizer({ encoder, decoder, codebooks: parseCodebooks(codebook), size });
  }
  const isFile = reference !== undefined && existsSync(reference) && statSync(reference).isFile();
  if (isFile) return openTokenizer(reference);
  const run = findRun(globals.runs, "tokenizer", reference);
  const tokenizer = await openTokenizer(join(run.folder, "checkpoints", "model.safetensors"));
  return { ...tokenizer, name: `${run.config.label} (${run.config.id})` };
}

function parseCodebooks(texts: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    texts.map((text) => {
      const [name, size] = text.split("=");
      if (!name || !(Number(size) > 0))
        throw new UserError(`--codebook ${text}: expected name=size, such as visual=16384`);
      return [name, Number(size)];
    }),
  );
}
