import { type AuditedTokenizer, auditedTokenizer, openOnnxTokenizer } from "@fqgan/experiment";
import { UserError } from "@fqgan/registry";
import { openTokenizer } from "../open-tokenizer.js";
import type { Globals } from "../program.js";

export interface TokenizerOptions {
  /** ONNX pair instead of a tokenizer of ours. */
  readonly encoder?: string;
  readonly decoder?: string;
  /** `visual=16384`, for ONNX pairs. */
  readonly codebook?: readonly string[];
  readonly size?: number;
}

/** Whatever a person calls a tokenizer: what other commands take, or an ONNX encoder and decoder. */
export async function openAudited(
  globals: Globals,
  from: string | undefined,
  options: TokenizerOptions,
): Promise<AuditedTokenizer> {
  const { encoder, decoder, codebook = [], size } = options;
  if (encoder === undefined && decoder === undefined) {
    const { tokenizer, name, taught } = await openTokenizer(globals.runs, from);
    return auditedTokenizer(tokenizer, name, taught);
  }
  if (encoder === undefined || decoder === undefined)
    throw new UserError("--encoder and --decoder: expected both ONNX files, got one");
  return openOnnxTokenizer({ encoder, decoder, codebooks: parseCodebooks(codebook), size });
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
