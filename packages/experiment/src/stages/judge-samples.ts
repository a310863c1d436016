import { type DatasetConfig, evaluationBatches, loadDataset, type Split } from "@fqgan/data";
import { createMetrics, firstRows } from "@fqgan/metrics";
import type { GeneratorStageConfig } from "../config/stage-configs.js";
import type { Summary } from "../schema/run-format.js";
import { extractPair } from "./evaluate-tokenizer.js";
import { loadJudge } from "./judge.js";
import type { Samples } from "./samples.js";
import { scoresOf } from "./scores.js";
import type { StageContext } from "./stage.js";

/** `count` labels in the proportions of a split. */
export function proportionalLabels(split: Pick<Split, "labels">, count: number): Int32Array {
  const sorted = split.labels.slice().sort();
  return Int32Array.from(
    { length: count },
    (_, i) => sorted[Math.floor(((i + 0.5) * sorted.length) / count)]!,
  );
}

/** Compares samples with the real images of a split; classes in the split's proportions. */
export async function judgeSamples(
  context: Pick<StageContext<GeneratorStageConfig>, "config" | "input" | "signal" | "progress">,
  samples: Samples,
): Promise<Summary | "stopped"> {
  const { config, input, signal, progress } = context;
  const { evaluate, sample } = config;
  const judge = await loadJudge(evaluate);
  if (!judge) return { metrics: {}, protocols: {} };
  const dataset = await loadDataset(input("codes").config.config.data as DatasetConfig);
  try {
    const split = dataset.splits[evaluate.reference];
    const metrics = createMetrics(evaluate.metrics, { extractor: judge });
    for await (const { images, count } of evaluationBatches(split, evaluate.batchSize))
      metrics.update(await extractPair(judge, { real: firstRows(images, count) }));
    let step = 0;
    for await (const batch of samples.batches(proportionalLabels(split, sample.images))) {
      if (signal.aborted) return "stopped";
      metrics.update(await extractPair(judge, { fake: firstRows(batch.images, batch.count) }));
      step += batch.count;
      progress({
        phase: "sample",
        step,
        total: sample.images,
        ratePerSecond: null,
        secondsLeft: null,
      });
    }
    return scoresOf(await metrics.compute(), {
      of: "samples",
      split: split.name,
      images: sample.images,
      set: `${sample.images} samples against ${split.count} of ${split.name}`,
      fid: "gFID",
    });
  } finally {
    judge.dispose();
    await dataset.close();
  }
}
