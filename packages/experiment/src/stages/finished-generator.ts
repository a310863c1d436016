import { dirname, join } from "node:path";
import { type Generator, loadGenerator } from "@fqgan/ar-generator";
import type { DatasetConfig } from "@fqgan/data";
import { UserError } from "@fqgan/registry";
import { type GeneratorStageConfig, generatorStageSchema } from "../config/stage-configs.js";
import type { FoundRun } from "../store/find-run.js";
import { readRunConfig } from "../store/read-run.js";
import { readCodesHeader } from "./codes-file.js";
import { modelFile } from "./codes-stage.js";
import { IMPORTED_TOKENIZER, importedSchema } from "./imported-generator.js";

/** What a generator run says of itself, whether it was trained here or imported. */
export interface GeneratorRun {
  readonly run: FoundRun;
  /** How it samples and is judged, with defaults that came later filled in. */
  readonly config: Pick<GeneratorStageConfig, "sample" | "evaluate" | "order">;
  /** Names of the classes. */
  readonly classes: readonly string[];
  /** Of the tokenizer that it belongs to. */
  readonly tokenizerHash: string;
  /** The checkpoint of the tokenizer that decodes. */
  readonly tokenizer: string;
  /** The codes run that it was trained on; none where it was imported. */
  readonly codes: string | undefined;
}

/** A finished generator run, its weights loaded. */
export interface FinishedGenerator extends GeneratorRun {
  readonly generator: Generator;
}

export function readGeneratorRun(run: FoundRun): GeneratorRun {
  const { inputs, config } = run.config;
  const { sample, evaluate, order } = generatorStageSchema.shape;
  const beside = (id: string) => join(dirname(run.folder), id);
  const common = {
    run,
    config: {
      sample: sample.parse(config.sample),
      evaluate: evaluate.parse(config.evaluate),
      order: order.parse(config.order),
    },
  };
  if (inputs.codes === undefined || inputs.tokenizer === undefined) {
    const { classes, imported } = importedSchema.parse(config);
    const tokenizer = join(run.folder, "checkpoints", IMPORTED_TOKENIZER);
    return { ...common, classes, tokenizerHash: imported.tokenizer, tokenizer, codes: undefined };
  }
  const codes = beside(inputs.codes);
  const { classes, tokenizerHash } = readCodesHeader(codes);
  const tokenizer = modelFile(beside(inputs.tokenizer));
  return { ...common, classes, tokenizerHash, tokenizer, codes };
}

/** What it takes to draw with a finished generator run. */
export async function openGenerator(found: FoundRun): Promise<FinishedGenerator> {
  const run = readGeneratorRun(found);
  const { generator, tokenizerHash } = await loadGenerator(modelFile(found.folder));
  return { ...run, generator, tokenizerHash: tokenizerHash || run.tokenizerHash };
}

/**
 * The folder of the codes that a generator was trained on; an imported one has none.
 * @param what needs them
 */
export function requireCodes({ codes, run }: Pick<GeneratorRun, "codes" | "run">, what: string) {
  if (codes !== undefined) return codes;
  throw new UserError(
    `${run.config.id}: ${what} needs the codes and images that a generator was trained on, and this one was ` +
      "imported; `fqgan evaluate generation` compares it with images of yours (--real)",
  );
}

/** The data set that a generator's codes are of. @param what needs it */
export const generatorData = (
  run: Pick<GeneratorRun, "codes" | "run">,
  what: string,
): DatasetConfig => readRunConfig(requireCodes(run, what)).config.data as DatasetConfig;
