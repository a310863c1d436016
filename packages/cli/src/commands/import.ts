import { existsSync } from "node:fs";
import { basename, extname } from "node:path";
import { isReferenceGenerator } from "@fqgan/ar-generator";
import { UserError } from "@fqgan/registry";
import { loadTensors, openCheckpoint, openFile, stateDict } from "@fqgan/tensor";
import { loadTokenizer, saveTokenizer, tokenizerHash } from "@fqgan/tokenizer";
import { EXIT } from "../exit-codes.js";
import { type PublishedFlags, publishedOptions } from "../open-tokenizer.js";
import { describeTokenizer, tokenizerFacts } from "../output/describe-tokenizer.js";
import type { Globals } from "../program.js";
import { importGeneratorRun } from "./import-generator.js";

export interface ImportOptions extends PublishedFlags {
  readonly out?: string;
  /** Of a generator: what its codes are of. */
  readonly tokenizer?: string;
}

/** A checkpoint of PyTorch as one of ours; which model it is, its weights' names tell. */
export async function importCheckpoint(
  globals: Globals,
  file: string,
  options: ImportOptions,
): Promise<number> {
  const source = await openFile(file, "a checkpoint of PyTorch");
  try {
    const { content } = await openCheckpoint(source, file);
    if (!isReferenceGenerator(Object.keys(stateDict(content, { where: file }))))
      return await importTokenizer(globals, file, options);
    const { weights = "model" } = options;
    const tensors = stateDict(content, { which: weights, where: file });
    return await importGeneratorRun(globals, file, {
      ...options,
      load: () => loadTensors(tensors),
    });
  } finally {
    await source.close();
  }
}

async function importTokenizer(
  globals: Globals,
  file: string,
  options: ImportOptions,
): Promise<number> {
  if (options.tokenizer !== undefined)
    throw new UserError(
      `--tokenizer: says what a generator's codes are of, and ${file} is no generator; leave it out`,
    );
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
