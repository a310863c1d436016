import {
  decodingPrograms,
  encodeGenerator,
  type Generator,
  requireSameCodes,
  type SamplingInput,
} from "@fqgan/ar-generator";
import { samplingSchema } from "@fqgan/ar-generator/sampling";
import { parseConfig } from "@fqgan/registry";
import type { Manifest } from "../manifest.js";
import {
  type Exported,
  ExportedFiles,
  type ExportOptions,
  floats,
  integers,
  mapRecord,
  sha256,
} from "./exported.js";

/** What a generator is exported with. */
export interface ExportGeneratorOptions extends ExportOptions {
  /** The export of the tokenizer that decodes its codes; the generator's files go beside it. */
  readonly tokenizer: Exported;
  /** Hash of the tokenizer that it was trained with, `""` where that is not known. */
  readonly tokenizerHash: string;
  /** Names of the classes, by number. */
  readonly classes: readonly string[];
  /** Images drawn at once, 1 by default; each is two rows, with its class and without. */
  readonly images?: number;
  /** How it is drawn from unless told. */
  readonly sampling?: SamplingInput;
}

/**
 * A generator beside its tokenizer: one file for a position of the trunk and the head's first stage, one for
 * each later stage. Their caches of keys and values are inputs, and outputs named `next.…`.
 */
export async function exportGenerator(
  generator: Generator,
  options: ExportGeneratorOptions,
): Promise<Exported> {
  const { tokenizer, tokenizerHash, classes, images = 1, sampling = {} } = options;
  const { preset, precision = "float32" } = options;
  const { manifest } = tokenizer;
  const { config, codebooks: names } = generator;
  const { vocabularies, grid } = config;
  requireSameCodes(
    { vocabularies, grid, tokenizerHash },
    {
      vocabularies: mapRecord(manifest.tokenizer.codebooks, ({ size }) => size),
      grid: Object.values(manifest.tokenizer.codebooks)[0]?.grid ?? [0, 0],
      tokenizerHash: manifest.tokenizer.hash,
    },
    `${preset}: export`,
  );
  const rows = 2 * images;
  const { caches, first, later } = decodingPrograms(generator, rows);
  const state = Object.fromEntries([
    ...caches.trunk.namedVariables("cache"),
    ...caches.head.namedVariables("headCache"),
  ]);
  const files = new ExportedFiles({
    preset,
    tokenizer: manifest.tokenizer.hash,
    codebooks: vocabularies,
  });
  const subCodes = (codebooks: readonly string[]) =>
    Object.fromEntries(codebooks.map((name) => [name, integers(rows)]));
  try {
    const step = files.add("generator", {
      inputs: { position: integers(1), labels: integers(rows), previous: subCodes(names) },
      program: first,
      state,
      precision,
    });
    const heads = later.map((program, i) => {
      const context = floats(rows, config.width);
      const drawn = subCodes(generator.head.stages.slice(0, i + 1).flat());
      return files.add(`head-${i + 1}`, { inputs: { context, drawn }, program, state, precision });
    });
    const facts: Manifest["generator"] = {
      hash: sha256(await encodeGenerator({ generator, tokenizerHash })),
      classes: [...classes],
      nullClass: generator.nullClass,
      grid,
      codebooks: vocabularies,
      stages: generator.head.stages.map((stage) => [...stage]),
      rows,
      caches: Object.entries(state).map(([input, { shape }]) => ({
        input,
        output: `next.${input}`,
        shape,
      })),
      files: { generator: step, heads },
      sampling: parseConfig(samplingSchema, sampling, `${preset}: sampling`),
    };
    return {
      manifest: { ...manifest, preset, generator: facts },
      files: new Map([...tokenizer.files, ...files.files]),
    };
  } finally {
    for (const cache of Object.values(caches)) cache.dispose();
  }
}
