/** The pass behind `fqgan evaluate` and the tokenizer card: images in, every protocol's numbers out. */
import type { Image } from "@fqgan/image";
import { type Gathering, type ReferenceStatistics, together } from "@fqgan/metrics";
import { UserError } from "@fqgan/registry";
import type { HostTensor } from "@fqgan/tensor";
import { type KeepOptions, KeptPass, type Rejected } from "../store/kept-pass.js";
import { type ProtocolOutcome, SetEvaluation } from "./evaluate-sets.js";
import type { ImageSource, Item } from "./image-source.js";
import type { EvaluationProtocol } from "./protocols.js";

/** Images a batch; networks cut it into their own chunks. */
const BATCH = 16;

/** Numbers by protocol, and what they were taken from. */
export interface ImageEvaluation {
  readonly outcomes: readonly ProtocolOutcome[];
  /** Images that counted. */
  readonly counts: { readonly real: number; readonly fake: number };
  readonly rejected: readonly Rejected[];
  /** What a reader of the numbers should know. */
  readonly warnings: readonly string[];
  /** Of all processes that had a part in it. */
  readonly seconds: number;
  /** To be called once the numbers are of no more use: the same evaluation would find them until then. */
  forget(): void;
}

/** Turns originals into what is judged: a tokenizer. */
export interface Reconstructor {
  /** Tells it from every other that gives other images. */
  readonly identity: unknown;
  readonly codebooks: Readonly<Record<string, number>>;
  /**
   * Images [S, S, 3] of its own size.
   * @param first how many came before
   */
  reconstruct(
    images: readonly Image[],
    first: number,
  ): Promise<{
    readonly images: readonly Image[];
    readonly codes?: Readonly<Record<string, HostTensor>>;
  }>;
}

interface Common {
  readonly protocols: readonly EvaluationProtocol[];
  readonly onImages?: ((done: number, total: number) => void) | undefined;
  /** Goes on where the same evaluation was stopped; left out: begins anew and keeps nothing. */
  readonly keep?: KeepOptions | undefined;
}

/**
 * Pairs: originals and their reconstructions, from files or through a tokenizer.
 * @param options.alongside what else is gathered on the way, to be kept with the numbers
 */
export async function evaluatePairs(
  options: Common & {
    readonly real: ImageSource;
    readonly fake: ImageSource | Reconstructor;
    readonly alongside?: Gathering;
  },
): Promise<ImageEvaluation> {
  const { real, fake, onImages, keep, alongside } = options;
  const protocols = options.protocols.map(forPairs);
  const isModel = "reconstruct" in fake;
  const evaluation = await SetEvaluation.open({
    protocols,
    codebooks: isModel ? fake.codebooks : undefined,
  });
  try {
    const what = {
      real: real.identity,
      fake: fake.identity,
      protocols,
      networks: evaluation.networks,
      ...(alongside && { alongside: true }),
    };
    const gathering = alongside ? together({ evaluation, alongside }) : evaluation;
    const kept = await KeptPass.open(what, gathering, keep);
    const { read, counted, rejected } = kept.position;
    const from = read.real;
    const pairs = isModel ? single(real, from) : paired(real, fake, from);
    for await (const { images: batch, rows } of sameSize(pairs, rejected)) {
      const originals = batch.map(([original]) => original!);
      if (isModel) {
        const { images, codes } = await fake.reconstruct(originals, counted.real);
        await evaluation.update({
          images: { real: originals, fake: images },
          ...(codes && { codes }),
        });
      } else {
        const others = batch.map(([, other]) => other!);
        await evaluation.update({ images: { real: originals, fake: others } });
      }
      counted.real += batch.length;
      read.real = from + rows;
      onImages?.(counted.real, real.count);
      kept.offer();
    }
    requireImages(counted.real, real.name, rejected);
    kept.finish();
    const outcomes = await evaluation.compute();
    return {
      outcomes,
      counts: { real: counted.real, fake: counted.real },
      rejected,
      warnings: isModel ? [] : fileKinds(real, fake),
      seconds: kept.seconds,
      forget: () => kept.forget(),
    };
  } finally {
    evaluation.dispose();
  }
}

/** An image and its own reconstruction are alike beyond their distributions: KID leaves such pairs out. */
const forPairs = (protocol: EvaluationProtocol): EvaluationProtocol => ({
  ...protocol,
  metrics: protocol.metrics.map((config) =>
    config.name === "kid" ? { ...config, sets: "paired" } : config,
  ),
});

/** Two sets without pairs: real images or their statistics, and generated ones. */
export async function evaluateSets(
  options: Common & {
    readonly real?: ImageSource | undefined;
    readonly reference?: ReferenceStatistics | undefined;
    readonly fake: ImageSource;
  },
): Promise<ImageEvaluation> {
  const { real, reference, fake, protocols, onImages, keep } = options;
  const evaluation = await SetEvaluation.open({ protocols, reference });
  try {
    const what = {
      real: real?.identity,
      reference: reference && [reference.name, reference.protocol],
      fake: fake.identity,
      protocols,
      networks: evaluation.networks,
    };
    const kept = await KeptPass.open(what, evaluation, keep);
    const { read, counted: counts, rejected } = kept.position;
    const total = (real?.count ?? 0) + fake.count;
    for (const side of ["real", "fake"] as const) {
      const source = { real, fake }[side];
      if (!source) continue;
      const from = read[side];
      for await (const { images, rows } of sameSize(single(source, from), rejected)) {
        await evaluation.update({ images: { [side]: images.map(([image]) => image!) } });
        counts[side] += images.length;
        read[side] = from + rows;
        onImages?.(counts.real + counts.fake, total);
        kept.offer();
      }
      requireImages(counts[side], source.name, rejected);
    }
    const unequal = real && counts.real !== counts.fake;
    kept.finish();
    const outcomes = await evaluation.compute();
    return {
      outcomes,
      counts,
      rejected,
      warnings: [
        ...(real ? fileKinds(real, fake) : []),
        ...(unequal
          ? [
              `${counts.real} real and ${counts.fake} fake images: FID, precision and recall depend on both ` +
                "counts; compare with numbers of the same counts only",
            ]
          : []),
      ],
      seconds: kept.seconds,
      forget: () => kept.forget(),
    };
  } finally {
    evaluation.dispose();
  }
}

function requireImages(count: number, name: string, rejected: readonly Rejected[]): void {
  if (count > 0) return;
  const first = rejected[0] ? `; the first: ${rejected[0].reason}` : "";
  throw new UserError(`${name}: no image could be used${first}`);
}

/** JPEG on one side alone moves FID by points. */
function fileKinds(real: ImageSource, fake: ImageSource): string[] {
  const lossy = ({ kinds }: ImageSource) => (kinds[".jpg"] ?? 0) + (kinds[".jpeg"] ?? 0) > 0;
  if (lossy(real) === lossy(fake)) return [];
  return [
    `${(lossy(real) ? real : fake).name} holds JPEGs and the other side none: compression on one side ` +
      "alone moves FID by points",
  ];
}

type Row = readonly Item[];

/** Images of one source as rows of one. */
export async function* single(source: ImageSource, from = 0): AsyncGenerator<Row> {
  for await (const item of source.items(from)) yield [item];
}

/** In order; folders are sorted by name. */
async function* paired(real: ImageSource, fake: ImageSource, from: number): AsyncGenerator<Row> {
  if (real.count !== fake.count)
    throw new UserError(
      `${fake.name}: expected ${real.count} reconstructions, one for each image of ${real.name}, got ` +
        `${fake.count}; pairs are matched in the order of their names`,
    );
  const others = fake.items(from);
  try {
    for await (const item of real.items(from)) {
      const { value } = await others.next();
      if (value) yield [item, value];
    }
  } finally {
    // Whoever stops early leaves no file open.
    await others.return(undefined);
  }
}

/**
 * Rows of images in batches of one size, and how many rows went before the next batch; rows with an image
 * that can't be read are left out whole.
 */
export async function* sameSize(
  rows: AsyncIterable<Row>,
  rejected: Rejected[],
): AsyncGenerator<{ readonly images: Image[][]; readonly rows: number }> {
  let batch: Image[][] = [];
  let count = 0;
  const sizeOf = ({ width, height }: Image) => `${width}×${height}`;
  for await (const row of rows) {
    const unread = row.find((item) => "reason" in item);
    if (unread && "reason" in unread) {
      rejected.push({ name: unread.name, reason: unread.reason });
      count++;
      continue;
    }
    const images = row.map((item) => ("image" in item ? item.image : undefined)!);
    const sizes = new Set(images.map(sizeOf));
    if (sizes.size > 1) {
      const reason = `${row[0]!.name}: expected pairs of one size, got ${[...sizes].join(" and ")}`;
      rejected.push({ name: row[0]!.name, reason });
      count++;
      continue;
    }
    if (batch[0] && sizeOf(batch[0][0]!) !== sizeOf(images[0]!)) {
      yield { images: batch, rows: count };
      batch = [];
    }
    count++;
    batch.push(images);
    if (batch.length === BATCH) {
      yield { images: batch, rows: count };
      batch = [];
    }
  }
  if (batch.length > 0) yield { images: batch, rows: count };
}
