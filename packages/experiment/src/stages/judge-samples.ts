import { type DatasetConfig, evaluationBatches, loadDataset, type Split } from "@fqgan/data";
import type { Extractor } from "@fqgan/features";
import { toUint8 } from "@fqgan/image";
import { createMetrics, firstRows, type MetricResult } from "@fqgan/metrics";
import type { StrategyConfig } from "@fqgan/registry";
import type { HostTensor } from "@fqgan/tensor";
import type { GeneratorStageConfig } from "../config/stage-configs.js";
import type { Summary } from "../schema/run-format.js";
import { extractPair, underName } from "./evaluate-tokenizer.js";
import { loadJudge } from "./judge.js";
import { loadOpinions } from "./judges.js";
import { NearestTraining, pixelsOf } from "./nearest-training.js";
import { passOver } from "./pass.js";
import type { Samples, Sampling } from "./samples.js";
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

/** A network that judges samples. */
interface Panelist {
  /** Its numbers' name; none for the first. */
  readonly name: string | undefined;
  readonly judge: Extractor;
  readonly metrics: readonly StrategyConfig[];
}

/** One way to sample, and what its samples are measured by: a `createMetrics` for each judge. */
interface Way {
  /** First part of the numbers' names. */
  readonly of: string;
  readonly sampling: Sampling;
  readonly measured: readonly ReturnType<typeof createMetrics>[];
}

type Context = Pick<
  StageContext<Pick<GeneratorStageConfig, "sample" | "evaluate">>,
  "config" | "input" | "signal" | "progress"
>;

/**
 * Compares samples with the real images of a split; classes in the split's proportions. Every way to
 * sample that `sample.variants` names is judged, too: `samples.<name>/fid`.
 */
export async function judgeSamples(context: Context, samples: Samples): Promise<Summary> {
  const { config, input } = context;
  const { evaluate, sample } = config;
  const judge = await loadJudge(evaluate);
  if (!judge) return { metrics: {}, protocols: {} };
  const opinions = await loadOpinions(evaluate);
  const dataset = await loadDataset(input("codes").config.config.data as DatasetConfig);
  try {
    const split = dataset.splits[evaluate.reference];
    const panel: Panelist[] = [
      { name: undefined, judge, metrics: evaluate.metrics },
      ...opinions.others,
    ];
    const variants = Object.entries(sample.variants ?? {});
    const ways = [
      { of: "samples", sampling: {} },
      ...variants.map(([name, sampling]) => ({ of: `samples.${name}`, sampling })),
    ].map((way) => ({
      ...way,
      measured: panel.map((one) => createMetrics(one.metrics, { extractor: one.judge })),
    }));
    const report = passOver("reference", context);
    let seen = 0;
    for await (const { images, count } of evaluationBatches(split, evaluate.batchSize)) {
      for (const [i, one] of panel.entries()) {
        const real = await extractPair(one.judge, { real: firstRows(images, count) });
        for (const { measured } of ways) measured[i]!.update(real);
      }
      seen += count;
      report(seen, split.count);
    }
    const nearest = evaluate.nearest && (await NearestTraining.of(dataset));
    const { test } = dataset.splits;
    // Samples are as blurred as reconstructions are, and blur alone changes distances: test images are measured both ways.
    let found = nearest
      ? merged(
          nearest.summary("test", await pixelsOf(test)),
          nearest.summary("test.reconstructed", await pixelsFrom(samples.reconstructions(test))),
        )
      : { metrics: {}, protocols: {} };
    for (const way of ways) {
      found = merged(found, await judgeWay(context, { way, panel, samples, split, nearest }));
    }
    return found;
  } finally {
    judge.dispose();
    opinions.dispose();
    await dataset.close();
  }
}

/** Draws in one way, judged by all. */
async function judgeWay(
  context: Context,
  work: {
    readonly way: Way;
    readonly panel: readonly Panelist[];
    readonly samples: Samples;
    readonly split: Split;
    readonly nearest: NearestTraining | undefined;
  },
): Promise<Summary> {
  const { panel, samples, split, nearest } = work;
  const { of, sampling, measured } = work.way;
  const { sample } = context.config;
  const kept: Uint8Array[] = [];
  const report = passOver("sample", context);
  let step = 0;
  const labels = proportionalLabels(split, sample.images);
  for await (const { images, count } of samples.batches(labels, { sampling })) {
    const fake = firstRows(images, count);
    for (const [i, { judge }] of panel.entries())
      measured[i]!.update(await extractPair(judge, { fake }));
    if (nearest) kept.push(toUint8(fake.data as Float32Array));
    step += count;
    report(step, sample.images);
  }
  const results: MetricResult[] = [];
  for (const [i, { name }] of panel.entries()) {
    const own = await measured[i]!.compute();
    results.push(...(name === undefined ? own : own.map((result) => underName(name, result))));
  }
  const scores = scoresOf(results, {
    of,
    split: split.name,
    images: sample.images,
    set: `${sample.images} samples against ${split.count} of ${split.name}`,
    fid: "gFID",
  });
  if (!nearest) return scores;
  return merged(scores, nearest.summary(of, joined(kept)));
}

const merged = (a: Summary, b: Summary): Summary => ({
  metrics: { ...a.metrics, ...b.metrics },
  protocols: { ...a.protocols, ...b.protocols },
});

/** All images of batches, uint8. */
async function pixelsFrom(
  batches: AsyncIterable<{ readonly images: HostTensor; readonly count: number }>,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const { images, count } of batches)
    parts.push(toUint8(firstRows(images, count).data as Float32Array));
  return joined(parts);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
