import {
  type FinishedGenerator,
  judgeSamples,
  precisionLosses,
  readCodes,
  readRunConfig,
  requireCodes,
  Samples,
} from "@fqgan/experiment";
import type { PrecisionName } from "@fqgan/tensor";
import { imageProgress } from "../output/image-progress.js";
import type { Globals } from "../program.js";
import type { GenerateOptions } from "./generate-options.js";

/** What a generator is worth with its weights in so many bits. */
export interface MeasuredPrecision {
  readonly precision: PrecisionName;
  /** On held-out codes. */
  readonly perplexity: number;
  /** Of samples, where that was asked for. */
  readonly fid?: number;
}

export async function measurePrecision(
  globals: Globals,
  work: FinishedGenerator & {
    readonly seed: number;
    readonly options: Pick<GenerateOptions, "precision" | "measure">;
  },
): Promise<MeasuredPrecision[]> {
  const { config, generator, tokenizer, options } = work;
  const folder = requireCodes(work, "--measure");
  const codes = readCodes(folder);
  const precisions = [...new Set<PrecisionName>(["float32", options.precision])];
  const losses = await precisionLosses({
    generator,
    split: codes.splits.test!,
    batchSize: config.evaluate.batchSize,
    precisions,
  });
  const measured: MeasuredPrecision[] = [];
  for (const { precision, perplexity } of losses) {
    if (options.measure === undefined) {
      measured.push({ precision, perplexity });
      continue;
    }
    // Only the FID of these samples is read: no other ways to sample, and no nearest neighbours.
    const sample = { ...config.sample, images: options.measure, variants: {} };
    const { nearest: _, ...evaluate } = config.evaluate;
    const setting = { seed: work.seed, config: { ...config, sample, evaluate } };
    const decoding = { weights: "frozen", precision } as const;
    const samples = await Samples.open(setting, { generator, tokenizer, codes, decoding });
    if (!globals.quiet) process.stderr.write(`${precision}: ${options.measure} samples\n`);
    const progress = imageProgress(globals);
    const judged = await judgeSamples(
      {
        ...setting,
        input: () => ({ folder, config: readRunConfig(folder) }),
        signal: new AbortController().signal,
        progress: ({ step, total }) => progress.update(step, total),
      },
      samples,
    );
    progress.close();
    samples.dispose();
    const fid = judged.metrics["samples/fid"];
    measured.push({ precision, perplexity, ...(fid !== undefined && { fid }) });
  }
  return measured;
}

export function precisionLines(measured: readonly MeasuredPrecision[]): string[] {
  const [whole] = measured;
  return measured.map(({ precision, perplexity, fid }) => {
    const rise = perplexity / whole!.perplexity - 1;
    const change =
      precision === "float32" ? "" : ` (${rise < 0 ? "" : "+"}${(100 * rise).toFixed(2)} %)`;
    const quality = fid === undefined ? "" : `  FID of samples ${fid.toFixed(2)}`;
    return `${precision.padEnd(8)} perplexity on held-out codes ${perplexity.toFixed(3)}${change}${quality}`;
  });
}
