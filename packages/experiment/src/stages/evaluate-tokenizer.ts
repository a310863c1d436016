import { evaluationBatches, type Split } from "@fqgan/data";
import type { Extracted, Extractor } from "@fqgan/features";
import { toSignedUnit, toUint8 } from "@fqgan/image";
import {
  createMetrics,
  firstRows,
  type Gathering,
  type MetricBatch,
  type MetricResult,
  metrics as metricRegistry,
  type Sides,
  together,
} from "@fqgan/metrics";
import type { Codes } from "@fqgan/quantizer";
import type { StrategyConfig } from "@fqgan/registry";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import { type Tokenizer, tokenizerHash } from "@fqgan/tokenizer";
import { type KeepOptions, KeptPass } from "../store/kept-pass.js";
import { CodeCounts } from "./code-counts.js";
import type { Opinions } from "./judges.js";

export interface TokenizerEvaluation {
  readonly results: readonly MetricResult[];
  /** How often each code was chosen, by codebook. */
  readonly counts: Readonly<Record<string, readonly number[]>>;
  readonly images: number;
  /** To be called once the numbers are of no more use: the same evaluation would find them until then. */
  forget(): void;
}

/** Sees what the metrics see, with the images' labels. */
interface Observer extends Gathering {
  add(batch: MetricBatch, labels: Int32Array): void;
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
  readonly observer?: Observer;
  readonly onImages?: (done: number, total: number) => void;
  /**
   * Goes on where the same evaluation was stopped; left out: begins anew and keeps nothing.
   * `data` is the data set that the split is of.
   */
  readonly keep?: KeepOptions & { readonly data: unknown };
}): Promise<TokenizerEvaluation> {
  const { tokenizer, split, batchSize, limit = split.count, judge, observer, onImages } = options;
  const { others = [], perceptual } = options.opinions ?? {};
  const { data, ...keep } = options.keep ?? {};
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
  const counts = new CodeCounts(codebooks);
  const total = Math.min(limit, split.count);
  const what = options.keep && {
    tokenizer: await tokenizerHash(tokenizer),
    images: [data, split.name, split.ids.slice(0, total), split.size],
    metrics: [measured, others.map((other) => other.metrics)],
    networks: [judge, perceptual, ...others.map((other) => other.judge)].map(
      (network) => network && [network.name, network.hash],
    ),
    batchSize,
  };
  const gathering = together({
    metrics,
    counts,
    ...Object.fromEntries(further.map(({ name, metrics }) => [`judge ${name}`, metrics])),
    ...(observer && { observer }),
  });
  const kept = await KeptPass.open(what, gathering, options.keep && keep);
  const { read } = kept.position;
  const batches = evaluationBatches(split, batchSize, limit, read.real);
  for await (const { images, labels, masks, count } of batches) {
    const { codes, reconstruction } = await throughCodes(tokenizer, images);
    const reconstructed = asPixels(reconstruction);
    const valid = Object.fromEntries(
      Object.entries(codes).map(([name, rows]) => [name, firstRows(rows, count)]),
    );
    counts.add(valid);
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
    observer?.add(batch, firstRows(labels, count).data as Int32Array);
    read.real += count;
    onImages?.(read.real, total);
    kept.offer();
  }
  kept.finish();
  const results = await metrics.compute();
  for (const { name, metrics: own } of further)
    results.push(...(await own.compute()).map((result) => underName(name, result)));
  return { results, counts: counts.counts, images: read.real, forget: () => kept.forget() };
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
