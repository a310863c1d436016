/** The pass behind `fqgan evaluate` and the tokenizer card: images in, every protocol's numbers out. */
import type { Image } from "@fqgan/image";
import type { ReferenceStatistics } from "@fqgan/metrics";
import { UserError } from "@fqgan/registry";
import type { HostTensor } from "@fqgan/tensor";
import { type ProtocolOutcome, SetEvaluation } from "./evaluate-sets.js";
import type { ImageSource, Item } from "./image-source.js";
import type { EvaluationProtocol } from "./protocols.js";

/** Images a batch; networks cut it into their own chunks. */
const BATCH = 16;

/** Left out of the numbers, by name. */
export interface Rejected {
  readonly name: string;
  readonly reason: string;
}

/** Numbers by protocol, and what they were taken from. */
export interface ImageEvaluation {
  readonly outcomes: readonly ProtocolOutcome[];
  /** Images that counted. */
  readonly counts: { readonly real: number; readonly fake: number };
  readonly rejected: readonly Rejected[];
  /** What a reader of the numbers should know. */
  readonly warnings: readonly string[];
  readonly seconds: number;
}

/** Turns originals into what is judged: a tokenizer. */
export interface Reconstructor {
  readonly codebooks: Readonly<Record<string, number>>;
  /** Images [S, S, 3] of its own size. */
  reconstruct(images: readonly Image[]): Promise<{
    readonly images: readonly Image[];
    readonly codes?: Readonly<Record<string, HostTensor>>;
  }>;
}

interface Common {
  readonly protocols: readonly EvaluationProtocol[];
  readonly onImages?: ((done: number, total: number) => void) | undefined;
}

/** Pairs: originals and their reconstructions, from files or through a tokenizer. */
export async function evaluatePairs(
  options: Common & { readonly real: ImageSource; readonly fake: ImageSource | Reconstructor },
): Promise<ImageEvaluation> {
  const { real, fake, protocols, onImages } = options;
  const start = performance.now();
  const isModel = "reconstruct" in fake;
  const evaluation = await SetEvaluation.open({
    protocols: protocols.map(forPairs),
    codebooks: isModel ? fake.codebooks : undefined,
  });
  try {
    const rejected: Rejected[] = [];
    let done = 0;
    const pairs = isModel ? single(real) : paired(real, fake);
    for await (const batch of sameSize(pairs, rejected)) {
      const originals = batch.map(([original]) => original!);
      if (isModel) {
        const { images, codes } = await fake.reconstruct(originals);
        await evaluation.update({
          images: { real: originals, fake: images },
          ...(codes && { codes }),
        });
      } else {
        const others = batch.map(([, other]) => other!);
        await evaluation.update({ images: { real: originals, fake: others } });
      }
      done += batch.length;
      onImages?.(done, real.count);
    }
    requireImages(done, real.name, rejected);
    return {
      outcomes: await evaluation.compute(),
      counts: { real: done, fake: done },
      rejected,
      warnings: isModel ? [] : fileKinds(real, fake),
      seconds: (performance.now() - start) / 1000,
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
  const { real, reference, fake, protocols, onImages } = options;
  const start = performance.now();
  const evaluation = await SetEvaluation.open({ protocols, reference });
  try {
    const rejected: Rejected[] = [];
    const counts = { real: 0, fake: 0 };
    const total = (real?.count ?? 0) + fake.count;
    for (const side of ["real", "fake"] as const) {
      const source = { real, fake }[side];
      if (!source) continue;
      for await (const batch of sameSize(single(source), rejected)) {
        await evaluation.update({ images: { [side]: batch.map(([image]) => image!) } });
        counts[side] += batch.length;
        onImages?.(counts.real + counts.fake, total);
      }
      requireImages(counts[side], source.name, rejected);
    }
    const unequal = real && counts.real !== counts.fake;
    return {
      outcomes: await evaluation.compute(),
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
      seconds: (performance.now() - start) / 1000,
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
export async function* single(source: ImageSource): AsyncGenerator<Row> {
  for await (const item of source.items()) yield [item];
}

/** In order; folders are sorted by name. */
async function* paired(real: ImageSource, fake: ImageSource): AsyncGenerator<Row> {
  if (real.count !== fake.count)
    throw new UserError(
      `${fake.name}: expected ${real.count} reconstructions, one for each image of ${real.name}, got ` +
        `${fake.count}; pairs are matched in the order of their names`,
    );
  const others = fake.items();
  try {
    for await (const item of real.items()) {
      const { value } = await others.next();
      if (value) yield [item, value];
    }
  } finally {
    // Whoever stops early leaves no file open.
    await others.return(undefined);
  }
}

/** Rows of images in batches of one size; rows with an image that can't be read are left out whole. */
export async function* sameSize(
  rows: AsyncIterable<Row>,
  rejected: Rejected[],
): AsyncGenerator<Image[][]> {
  let batch: Image[][] = [];
  const sizeOf = ({ width, height }: Image) => `${width}×${height}`;
  for await (const row of rows) {
    const unread = row.find((item) => "reason" in item);
    if (unread && "reason" in unread) {
      rejected.push({ name: unread.name, reason: unread.reason });
      continue;
    }
    const images = row.map((item) => ("image" in item ? item.image : undefined)!);
    const sizes = new Set(images.map(sizeOf));
    if (sizes.size > 1) {
      const reason = `${row[0]!.name}: expected pairs of one size, got ${[...sizes].join(" and ")}`;
      rejected.push({ name: row[0]!.name, reason });
      continue;
    }
    if (batch[0] && sizeOf(batch[0][0]!) !== sizeOf(images[0]!)) {
      yield batch;
      batch = [];
    }
    batch.push(images);
    if (batch.length === BATCH) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
