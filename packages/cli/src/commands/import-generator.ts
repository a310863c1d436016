import { importGenerator, requireSameCodes } from "@fqgan/ar-generator";
import { sha256OfFile, writeImportedGenerator } from "@fqgan/experiment";
import { UserError } from "@fqgan/registry";
import type { HostTensor } from "@fqgan/tensor";
import type { Tokenizer } from "@fqgan/tokenizer";
import { EXIT } from "../exit-codes.js";
import { openTokenizer } from "../open-tokenizer.js";
import type { Globals } from "../program.js";
import type { ImportOptions } from "./import.js";

/** A generator of FAR or LlamaGen with its tokenizer, as a run that `generate` takes. */
export async function importGeneratorRun(
  globals: Globals,
  file: string,
  options: ImportOptions & { readonly load: () => Promise<Record<string, HostTensor>> },
): Promise<number> {
  const { out, tokenizer: reference, heads, weights = "model" } = options;
  if (out !== undefined)
    throw new UserError(
      `--out: ${file} is a generator, which becomes a run in ${globals.runs}/; leave it out (--runs for another place)`,
    );
  if (reference === undefined)
    throw new UserError(
      `${file}: a generator's codes mean nothing without the tokenizer that it was trained with; name that: ` +
        `fqgan import ${file} --tokenizer fqgan_dual_ds16.pt`,
    );
  const { tokenizer, name } = await openTokenizer(globals.runs, reference);
  const codes = codesOf(tokenizer);
  const facts = { codebooks: Object.keys(codes.vocabularies), grid: codes.grid };
  const given = { ...facts, ...(heads !== undefined && { heads }) };
  const generator = importGenerator(await options.load(), given, file);
  requireSameCodes(generator.config, codes, file);
  const source = { file, sha256: await sha256OfFile(file), weights };
  const imported = await writeImportedGenerator(globals.runs, { generator, tokenizer, source });
  const { id, folder, tokenizerHash, isKnown } = imported;
  const parameters = generator.parameterCount();
  const { classes, layers, width, grid, vocabularies } = generator.config;
  const sizes = Object.entries(vocabularies).map(([codebook, size]) => `${codebook} ${size}`);
  if (globals.json) {
    const result = { id, folder, isKnown, tokenizerHash, parameters, ...generator.config };
    process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    return EXIT.done;
  }
  process.stdout.write(
    `generator · ${classes} classes → ${grid.join("×")} codes of ${sizes.join(", ")} · ` +
      `${layers} layers of ${width} · ${parameters.toLocaleString("en")} parameters` +
      `${isKnown ? " · imported before" : ""}\nrun ${folder}\n`,
  );
  if (!globals.quiet)
    process.stderr.write(
      `decodes with ${name}, hash ${tokenizerHash.slice(0, 16)}: weights don't tell whether it is theirs\n` +
        `next: fqgan generate --from ${id} --class 0 --grid\n`,
    );
  return EXIT.done;
}

const codesOf = ({ codebooks, grid }: Tokenizer) => ({
  vocabularies: Object.fromEntries(
    Object.entries(codebooks).map(([name, { size }]) => [name, size]),
  ),
  grid,
});
