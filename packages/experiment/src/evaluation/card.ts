/**
 * The tokenizer card: one audit of any tokenizer, with every number's protocol beside it. Plain data; as a
 * page it is made by `cardPage`.
 */
import { availableParallelism, cpus } from "node:os";
import { encodePng } from "@fqgan/image";
import { together } from "@fqgan/metrics";
import { CodeCounts } from "../stages/code-counts.js";
import { teacherWarnings } from "../stages/networks-that-taught.js";
import type { KeepOptions, Rejected } from "../store/kept-pass.js";
import type { AuditedTokenizer } from "./audited-tokenizer.js";
import { evaluatePairs, type ImageEvaluation } from "./evaluate-images.js";
import { FirstPairs } from "./first-pairs.js";
import type { ImageSource } from "./image-source.js";
import { type LabelledValue, labelled } from "./labelled.js";
import type { EvaluationProtocol } from "./protocols.js";
import { type PerturbationOptions, tokenizerReconstructor } from "./tokenizer-reconstructor.js";

export const CARD_FORMAT = "fqgan-tokenizer-card";
export const CARD_VERSION = 1;

/** What one protocol measured. */
export interface CardProtocol {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  /** Extractor, weights, preparation, counts: in words, for under the numbers. */
  readonly stamp: string;
  readonly values: readonly (LabelledValue & {
    readonly protocol: Readonly<Record<string, string | number>>;
  })[];
  readonly failures: readonly { readonly metric: string; readonly reason: string }[];
}

/** A tokenizer's audit: what was measured, how, on what. */
export interface TokenizerCard {
  readonly format: typeof CARD_FORMAT;
  readonly version: typeof CARD_VERSION;
  readonly tokenizer: {
    readonly name: string;
    readonly hash: string;
    readonly size: number;
    readonly codebooks: Readonly<Record<string, number>>;
    readonly bytes: number;
    readonly parameters?: number;
    /** Indices of one image, by codebook. */
    readonly codesPerImage: Readonly<Record<string, number>>;
  };
  readonly images: {
    readonly name: string;
    readonly fingerprint: string;
    readonly count: number;
    readonly crop: string;
  };
  readonly protocols: readonly CardProtocol[];
  readonly codes: {
    /** Bits of an image, as indices of fixed length and as their frequencies allow. */
    readonly bitsPerImage: number;
    readonly codedBitsPerImage: number;
    readonly bitsPerPixel: number;
    readonly books: Readonly<
      Record<
        string,
        {
          readonly size: number;
          readonly used: number;
          readonly perplexity: number;
          /** Share of all indices of the most frequent code, the next, …, at most 256 of them evenly spaced. */
          readonly frequencies: readonly number[];
        }
      >
    >;
    /** Of the tuples that all codebooks write together. */
    readonly joint?: { readonly used: number; readonly perplexity: number };
  };
  readonly speed: {
    readonly encodeImagesPerSecond: number | null;
    readonly decodeImagesPerSecond: number | null;
    readonly batchSize: number;
    readonly machine: string;
  };
  readonly rejected: readonly Rejected[];
  readonly warnings: readonly string[];
  readonly seconds: number;
}

/** Originals beside what became of them. */
export interface CardPictures {
  readonly original: Uint8Array;
  readonly reconstruction: Uint8Array;
}

export interface AuditOptions {
  readonly tokenizer: AuditedTokenizer;
  readonly images: ImageSource;
  readonly protocols: readonly EvaluationProtocol[];
  readonly batchSize?: number;
  /** pFID, for the protocols with a FID. */
  readonly perturb?: PerturbationOptions | undefined;
  /** Pictures for the page. */
  readonly pictures?: number;
  readonly onImages?: ((done: number, total: number) => void) | undefined;
  /** Goes on where the same audit was stopped; left out: begins anew and keeps nothing. */
  readonly keep?: KeepOptions | undefined;
}

/** A tokenizer's card and the pictures for its page. */
export interface TokenizerAudit {
  readonly card: TokenizerCard;
  readonly pictures: readonly CardPictures[];
  /** To be called once the card is written: the same audit would find its numbers until then. */
  forget(): void;
}

/** Measures a tokenizer on images by every protocol, in one pass over them, in two with pFID. */
export async function auditTokenizer(options: AuditOptions): Promise<TokenizerAudit> {
  const { tokenizer, images, protocols, batchSize = 16, perturb, onImages, keep } = options;
  const shown = new FirstPairs(options.pictures ?? 8);
  const model = await tokenizerReconstructor(tokenizer, { batchSize });
  const chosen = new CodeCounts(tokenizer.codebooks);
  const passes = perturb ? 2 : 1;
  const evaluation = await evaluatePairs({
    real: images,
    protocols,
    fake: {
      codebooks: model.codebooks,
      identity: model.identity,
      async reconstruct(originals, first) {
        const made = await model.reconstruct(originals, first);
        chosen.add(made.codes ?? {});
        shown.add(originals, made.images);
        return made;
      },
    },
    alongside: together({ chosen, shown }),
    onImages: (done, total) => onImages?.(done, passes * total),
    keep,
  });
  const { counts } = chosen;
  const perturbed = perturb && (await perturbedEvaluation(options, perturb, evaluation));
  const numbers = new Map(
    evaluation.outcomes
      .flatMap(({ results }) => results)
      .map((result) => [result.metric, result] as const),
  );
  const bits = numbers.get("bits-per-image")?.values;
  const usage = numbers.get("codebook-usage");
  const joint = usage?.details["joint.used"];
  const perImage = (name: string) => sum(counts[name]!) / evaluation.counts.real;
  const { encodeMs, decodeMs, images: timed } = model.timing;
  const rate = (ms: number) => (timed > 0 ? (1000 * timed) / ms : null);
  const card: TokenizerCard = {
    format: CARD_FORMAT,
    version: CARD_VERSION,
    tokenizer: {
      name: tokenizer.name,
      hash: tokenizer.hash,
      size: tokenizer.size,
      codebooks: tokenizer.codebooks,
      bytes: tokenizer.bytes,
      ...(tokenizer.parameters !== undefined && { parameters: tokenizer.parameters }),
      codesPerImage: Object.fromEntries(Object.keys(counts).map((name) => [name, perImage(name)])),
    },
    images: {
      name: images.name,
      fingerprint: images.fingerprint,
      count: evaluation.counts.real,
      crop: `ADM's centre crop to ${tokenizer.size}×${tokenizer.size}`,
    },
    protocols: [
      ...evaluation.outcomes.map((outcome) => cardProtocol(outcome)),
      ...(perturbed?.protocols ?? []),
    ],
    codes: {
      bitsPerImage: bits?.bitsPerImage ?? Number.NaN,
      codedBitsPerImage: bits?.codedBitsPerImage ?? Number.NaN,
      bitsPerPixel: (bits?.bitsPerImage ?? Number.NaN) / tokenizer.size ** 2,
      books: Object.fromEntries(
        Object.entries(counts).map(([name, histogram]) => [
          name,
          {
            size: histogram.length,
            used: histogram.reduce((used, count) => used + Number(count > 0), 0),
            perplexity: usage?.values[`${name}.perplexity`] ?? Number.NaN,
            frequencies: rankedShares(histogram),
          },
        ]),
      ),
      ...(joint !== undefined && {
        joint: { used: joint, perplexity: usage!.details["joint.perplexity"]! },
      }),
    },
    speed: {
      encodeImagesPerSecond: rate(encodeMs),
      decodeImagesPerSecond: rate(decodeMs),
      batchSize,
      machine: `${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} threads`,
    },
    rejected: evaluation.rejected,
    warnings: [
      ...evaluation.warnings,
      ...teacherWarnings(
        evaluation.outcomes.map(({ network }) => network),
        tokenizer.taught ?? [],
      ),
      ...smallSample(evaluation.counts.real),
    ],
    seconds: evaluation.seconds,
  };
  const pictures = await Promise.all(
    shown.pairs.map(async ([original, reconstruction]) => ({
      original: await encodePng(original),
      reconstruction: await encodePng(reconstruction),
    })),
  );
  const forget = () => {
    evaluation.forget();
    perturbed?.forget();
  };
  return { card, pictures, forget };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Below the features' dimension, distances are biased by more than they usually differ. */
const smallSample = (count: number) =>
  count < 5000
    ? [
        `${count} images: Fréchet distances are biased upwards by about c/N, so compare with others of the ` +
          "same count only; KID is not",
      ]
    : [];

/** The second pass: the same images, their codes perturbed, the same FIDs. */
async function perturbedEvaluation(
  options: AuditOptions,
  perturb: PerturbationOptions,
  { counts }: ImageEvaluation,
): Promise<{ readonly protocols: readonly CardProtocol[]; forget(): void }> {
  const { tokenizer, images, protocols, batchSize = 16, onImages, keep } = options;
  const model = await tokenizerReconstructor(tokenizer, { batchSize, perturb });
  const { rate, neighbours, seed } = model.perturbation!;
  const fids = protocols
    .map((protocol) => ({
      ...protocol,
      metrics: protocol.metrics.filter(({ name }) => name === "fid"),
    }))
    .filter(({ metrics }) => metrics.length > 0);
  const { outcomes, forget } = await evaluatePairs({
    real: images,
    fake: model,
    protocols: fids,
    onImages: (done) => onImages?.(counts.real + done, 2 * counts.real),
    keep,
  });
  const perturbed = outcomes.map((outcome) => {
    const plain = cardProtocol(outcome);
    return {
      ...plain,
      name: `${plain.name}-perturbed`,
      title: `pFID · ${plain.title}`,
      summary:
        `FID after each index is replaced, with chance ${rate}, by one drawn evenly from its ${neighbours} ` +
        `nearest codes, itself among them (arXiv 2503.08354; rate α, strength δ; seed ${seed})`,
      values: plain.values.map((value) => ({
        ...value,
        name: "pfid",
        label: "pFID",
        protocol: { ...value.protocol, rate, neighbours, seed },
      })),
    };
  });
  return { protocols: perturbed, forget };
}

function cardProtocol({
  protocol,
  network,
  results,
  failures,
}: ImageEvaluation["outcomes"][number]): CardProtocol {
  const { name, title, summary } = protocol;
  return {
    name,
    title,
    summary,
    stamp: stampOf(network, results),
    values: results.flatMap((result) =>
      labelled(result).map((value) => ({ ...value, protocol: result.protocol })),
    ),
    failures,
  };
}

/** "inception-v3-2015-12-05 6726825d0d81e5b8 · 8 bits, TensorFlow 1 bilinear … · N 500 and 500" */
export function stampOf(
  network: ImageEvaluation["outcomes"][number]["network"],
  results: ImageEvaluation["outcomes"][number]["results"],
): string {
  const protocols = results.map(({ protocol }) => protocol);
  const find = (key: string) => protocols.find((protocol) => protocol[key] !== undefined)?.[key];
  const counts =
    find("realCount") !== undefined
      ? `N ${find("realCount")} real, ${find("fakeCount")} fake`
      : find("pairs") !== undefined
        ? `N ${find("pairs")} pairs`
        : find("images") !== undefined
          ? `N ${find("images")} images`
          : undefined;
  const reference = find("reference");
  return [
    network && `${network.name} ${network.hash}`,
    network?.preparation,
    counts,
    reference !== undefined && `reference ${reference}`,
  ]
    .filter(Boolean)
    .join(" · ");
}

/** Shares of the codes from the most frequent on, thinned to at most 256. */
function rankedShares(histogram: readonly number[]): number[] {
  const total = sum(histogram);
  const ranked = histogram.toSorted((a, b) => b - a);
  const points = Math.min(256, ranked.length);
  return Array.from({ length: points }, (_, i) => {
    const rank = points === 1 ? 0 : Math.round((i * (ranked.length - 1)) / (points - 1));
    return total === 0 ? 0 : ranked[rank]! / total;
  });
}
