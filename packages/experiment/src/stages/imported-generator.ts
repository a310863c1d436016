import { basename, extname, join } from "node:path";
import { type Generator, saveGenerator } from "@fqgan/ar-generator";
import { saveTokenizer, type Tokenizer, tokenizerHash } from "@fqgan/tokenizer";
import * as z from "zod";
import { generatorStageSchema } from "../config/stage-configs.js";
import { runId } from "../store/identity.js";
import { readRunStatus } from "../store/read-run.js";
import { RunFolder } from "../store/run-folder.js";
import { createRuns } from "../sweep/run-stages.js";
import { generatorStage } from "./generator-stage.js";

/** Beside the generator's own checkpoint: with it the folder needs no other. */
export const IMPORTED_TOKENIZER = "tokenizer.safetensors";

/** What the config of an imported generator has instead of how it was trained. */
export const importedSchema = z.looseObject({
  classes: z.array(z.string()),
  imported: z.looseObject({
    file: z.string(),
    sha256: z.string(),
    weights: z.string(),
    tokenizer: z.string(),
  }),
});

/** As FAR's and LlamaGen's tables are sampled. */
const GUIDANCE = { scale: 2 };

/** Where an imported generator lies as a run, and whose codes it writes. */
export interface ImportedGenerator {
  readonly id: string;
  readonly folder: string;
  /** Hash of the tokenizer that it belongs to. */
  readonly tokenizerHash: string;
  /** Whether the same was imported before: nothing was written then. */
  readonly isKnown: boolean;
}

/**
 * A generator that was trained elsewhere, with its tokenizer, as a finished run: whatever takes a generator run
 * takes it, but for what needs its training data. Its classes are called by their numbers.
 * @param source which weights of which file
 */
export async function writeImportedGenerator(
  runsFolder: string,
  imported: {
    readonly generator: Generator;
    readonly tokenizer: Tokenizer;
    readonly source: { readonly file: string; readonly sha256: string; readonly weights: string };
  },
): Promise<ImportedGenerator> {
  const { generator, tokenizer, source } = imported;
  const hash = await tokenizerHash(tokenizer);
  const { vocabularies: _, grid: __, classes, ...model } = generator.config;
  const { sample, evaluate } = generatorStageSchema.shape;
  const config = {
    model,
    sample: sample.parse({ guidance: GUIDANCE }),
    evaluate: evaluate.parse({}),
    classes: Array.from({ length: classes }, (_, label) => String(label)),
    imported: { ...source, file: basename(source.file), tokenizer: hash },
  } satisfies z.input<typeof importedSchema>;
  const { kind, revision } = generatorStage;
  const stage = { kind, revision, config, seed: 0, inputs: {} };
  const label = basename(source.file, extname(source.file));
  const id = runId(`${kind} ${label}`, stage);
  const folder = join(runsFolder, id);
  const known = { id, folder, tokenizerHash: hash };
  if (readRunStatus(folder) === "done") return { ...known, isKnown: true };
  createRuns(runsFolder, [{ ...stage, id, label }]);
  const run = await RunFolder.open(folder);
  try {
    const checkpoint = (name: string) => join(folder, "checkpoints", name);
    await saveTokenizer(checkpoint(IMPORTED_TOKENIZER), tokenizer);
    await saveGenerator(checkpoint("model.safetensors"), { generator, tokenizerHash: hash });
    const { file, sha256, weights } = source;
    run.logEvent({ type: "done", message: `${weights} of ${file}, SHA-256 ${sha256}` });
    const sizes = [...generator.namedVariables().values()].map(({ size }) => size);
    const parameters = sizes.reduce((sum, size) => sum + size, 0);
    run.writeSummary({ metrics: { parameters }, protocols: {} });
    run.markDone();
  } finally {
    run.close();
  }
  return { ...known, isKnown: false };
}
