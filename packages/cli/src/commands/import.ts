import { existsSync } from "node:fs";
import { basename, extname } from "node:path";
import { UserError } from "@fqgan/registry";
import { loadTokenizer, saveTokenizer, tokenizerHash } from "@fqgan/tokenizer";
import { EXIT } from "../exit-codes.js";
import { type PublishedFlags, publishedOptions } from "../open-tokenizer.js";
import { describeTokenizer, tokenizerFacts } from "../output/describe-tokenizer.js";
import type { Globals } from "../program.js";

/** A checkpoint of PyTorch as one of ours. */
export async function importCheckpoint(
  globals: Globals,
  file: string,
  options: PublishedFlags & { readonly out?: string },
): Promise<number> {
  const out = options.out ?? `${basename(file, extname(file))}.fqgan.safetensors`;
  if (existsSync(out))
    throw new UserError(`${out}: expected a new file, it exists; give another with --out`);
  const tokenizer = await loadTokenizer(file, publishedOptions(options));
  await saveTokenizer(out, tokenizer);
  const facts = tokenizerFacts(tokenizer);
  const hash = await tokenizerHash(tokenizer);
  process.stdout.write(
    globals.json
      ? `${JSON.stringify({ written: out, hash, ...facts }, null, 2)}\n`
      : `${describeTokenizer(facts)}\n${out}\n`,
  );
  if (!globals.json && !globals.quiet)
    process.stderr.write(`next: fqgan reconstruct photo.jpg --from ${out}\n`);
  return EXIT.done;
}
