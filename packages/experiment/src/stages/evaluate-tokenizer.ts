import { evaluationBatches, type Split } from "@fqgan/data";
import type { Extracted, Extractor } from "@fqgan/features";
import { toSignedUnit, toUint8 } from "@fqgan/image";
import {
  createMetrics,
  firstRows,
  type MetricBatch,
  type MetricResult,
  metrics as metricRegistry,
  type Sides,
} from "@fqgan/metrics";
import type { Codes } from "@fqgan/quantizer";
import type { StrategyConfig } from "@fqgan/registry";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import type { Tokenizer } from "@fqgan/tokenizer";
import type { Opinions } from "./judges.js";

export interface TokenizerEvaluation {
  readonly results: readonly MetricResult[];
  /** How often each code was chosen, by codebook. */
  readonly counts: Readonly<Record<string, readonly number[]>>;
  readonly images: number;
}

/** Rounds to 8-bit pixels and back: what a saved picture holds is what is measured. */
const asPixels = ({ data, shape }: HostTensor): HostTensor =>
  hostTensor(toSignedUnit(toUint8(data as Float32Array)), shape);

/** Images as codes and back: just back where latents are continuous. */
export async function throughCodes(
  tokenizer: Tokenizer,
  images: HostTensor,
): Promise<{ codes: Codes<HostTensor>; reconstruction: HostTensor }> {
  if (!tokenizer.hasCodes)
    return { codes: {}, reconstruction: await tokenizer.reconstruct(images) };
  const codes = await tokenizer.encode(images);
  return { codes, reconstruction: await tokenizer.decode(codes) };
}

/** Encodes and decodes a split in one pass and feeds every metric. */
export async function evaluateTokenizer(options: {
  readonly tokenizer: Tokenizer;
  readonly split: Split;
  readonly batchSize: number;
  readonly limit?: number;
  readonly metrics: readonly StrategyConfig[];
  /** Needed by metrics of features or logits. */
  readonly judge?: Extractor | undefined;
  /** Further judges with metrics of their own, and a network of pairs. */
  readonly opinions?: Pick<Opinions, "others" | "perceptual">;
  /** Sees what the metrics see, with the images' labels. */
  readonly observe?: (batch: MetricBatch, labels: Int32Array) => void;
  readonly onImages?: (done: number, total: number) => void;
}): Promise<TokenizerEvaluation> {
  const { tokenizer, split, batchSize, limit = split.count, judge, observe, onImages } = options;
  const { others = [], perceptual } = options.opinions ?? {};
  const codebooks = Object.fromEntries(
    Object.entries(tokenizer.codebooks).map(([name, { size }]) => [name, size]),
  );
  // Continuous latents have no codes to measure.
  const measured = options.metrics.filter(
    ({ name }) => tokenizer.hasCodes || !metricRegistry.get(name).needs.includes("codes"),
  );
  const metrics = createMetrics(measured, {
    codebooks,
    ...(judge && { extractor: judge }),
    ...(perceptual && {
      perceptual: { name: perceptual.name, hash: perceptual.hash, dimensions: 1 },
    }),
  });
  const further = others.map((other) => ({
    ...other,
    metrics: createMetrics(other.metrics, { extractor: other.judge }),
  }));
  const counts = Object.fromEntries(
    Object.entries(codebooks).map(([name, size]) => [name, new Array<number>(size).fill(0)]),
  );
  const total = Math.min(limit, split.count);
  let done = 0;
  for await (const { images, labels, masks, count } of evaluationBatches(split, batchSize, limit)) {
    const { codes, reconstruction } = await throughCodes(tokenizer, images);
    const reconstructed = asPixels(reconstruction);
    const valid = Object.fromEntries(
      Object.entries(codes).map(([name, rows]) => [name, firstRows(rows, count)]),
    );
    for (const [name, { data }] of Object.entries(valid))
      for (const code of data) counts[name]![code]!++;
    const pair = { real: firstRows(images, count), fake: firstRows(reconstructed, count) };
    const batch: MetricBatch = {
      images: pair,
      codes: valid,
      ...(masks && { masks: firstRows(masks, count) }),
      ...(perceptual && { perceptual: await perceptual.distance(pair.real, pair.fake) }),
      ...(judge && (await extractPair(judge, pair))),
    };
    metrics.update(batch);
    for (const other of further) other.metrics.update(await extractPair(other.judge, pair));
    observe?.(batch, firstRows(labels, count).data as Int32Array);
    done += count;
    onImages?.(done, total);
  }
  const results = await metrics.compute();
  for (const { name, metrics: own } of further)
    results.push(...(await own.compute()).map((result) => underName(name, result)));
  return { results, counts, images: done };
}

/** A further judge's numbers: `<name>.fid`. */
export const underName = (name: string, result: MetricResult): MetricResult => ({
  ...result,
  values: Object.fromEntries(
    Object.entries(result.values).map(([value, number]) => [`${name}.${value}`, number]),
  ),
});

/** What the judge says of both sides of a batch. */
export async function extractPair(judge: Extractor, pair: Sides<HostTensor>): Promise<MetricBatch> {
  const [real, fake] = await Promise.all(
    [pair.real, pair.fake].map((images) => images && judge.extract(images)),
  );
  const sides = (of: keyof Extracted) => ({
    ...(real?.[of] && { real: real[of] }),
    ...(fake?.[of] && { fake: fake[of] }),
  });
  return { features: sides("features"), logits: sides("logits"), spatial: sides("spatial") };
}
