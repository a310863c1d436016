import type { Generator, SamplingInput } from "@fqgan/ar-generator";
import { findRun, openGenerator as openRun } from "@fqgan/experiment";
import { loadTokenizer, type Tokenizer } from "@fqgan/tokenizer";

export interface OpenedGenerator {
  readonly generator: Generator;
  /** The one that it was trained with. */
  readonly tokenizer: Tokenizer;
  readonly tokenizerHash: string;
  /** For people. */
  readonly name: string;
  readonly classes: readonly string[];
  /** How its run drew images. */
  readonly sampling: SamplingInput;
}

/** The generator of a run, trained or imported (`newest` for the newest), with what its images need. */
export async function openGenerator(runs: string, from: string): Promise<OpenedGenerator> {
  const run = findRun(runs, "generator", from);
  const { generator, tokenizer, tokenizerHash, classes, config } = await openRun(run);
  const { temperature, topK, topP, guidance } = config.sample;
  return {
    generator,
    tokenizer: await loadTokenizer(tokenizer),
    tokenizerHash,
    name: `${run.config.label} (${run.config.id})`,
    classes,
    sampling: { temperature, topK, topP, guidance },
  };
}
