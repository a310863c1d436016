import { existsSync } from "node:fs";
import { extname } from "node:path";
import { UserError } from "@fqgan/registry";
import { encodePytorch, encodeSafetensors, type HostTensor } from "@fqgan/tensor";
import { exportFqgan } from "@fqgan/tokenizer";
import { EXIT } from "../exit-codes.js";
import { openTokenizer } from "../open-tokenizer.js";
import { describeTokenizer, tokenizerFacts } from "../output/describe-tokenizer.js";
import { writePicture } from "../output/write-picture.js";
import type { Globals } from "../program.js";

/** By the file's extension. */
const ENCODERS: Readonly<Record<string, (model: Record<string, HostTensor>) => Uint8Array>> = {
  ".pt": (model) => encodePytorch({ model }),
  ".pth": (model) => encodePytorch({ model }),
  ".safetensors": (tensors) => encodeSafetensors({ tensors, metadata: { format: "pt" } }),
};

/** A tokenizer's weights by PyTorch's names and in its layouts, for the reference implementations. */
export async function exportTokenizer(
  globals: Globals,
  out: string,
  options: { readonly from?: string },
): Promise<number> {
  const encode = ENCODERS[extname(out).toLowerCase()];
  if (!encode)
    throw new UserError(
      `${out}: expected a name that ends with ${Object.keys(ENCODERS).join(", ")}, which says the format; ` +
        "ONNX files are written by: fqgan export onnx <folder>",
    );
  if (existsSync(out)) throw new UserError(`${out}: expected a new file, it exists; give another`);
  const { tokenizer } = await openTokenizer(globals.runs, options.from);
  const weights = await exportFqgan(tokenizer);
  writePicture(out, encode(weights));
  const facts = tokenizerFacts(tokenizer);
  const names = Object.keys(weights).length;
  process.stdout.write(
    globals.json
      ? `${JSON.stringify({ written: out, tensors: names, ...facts }, null, 2)}\n`
      : `${describeTokenizer(facts)}\n${out}\n`,
  );
  return EXIT.done;
}
