import { createHash } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { type DatasetConfig, evaluationBatches, loadDataset, type Split } from "@fqgan/data";
import { type HostTensor, loadCheckpoint, safetensorsParts } from "@fqgan/tensor";
import { encodeLatents, type Tokenizer, tokenizerHash } from "@fqgan/tokenizer";
import { writeFileAtomic } from "../store/atomic-file.js";
import { canonicalJson } from "../store/identity.js";

/** [N, D] of each factor: what one encoder makes of a data set. */
export interface CachedLatents {
  readonly train: Readonly<Record<string, HostTensor>>;
  readonly test: Readonly<Record<string, HostTensor>>;
  /** Whether they were read from the cache. */
  readonly cached: boolean;
}

/** Which tokenizer's latents, of which images, and where they are kept. */
export interface CachedLatentsOptions {
  readonly tokenizer: Tokenizer;
  readonly data: DatasetConfig;
  /** Images of the training split, and as many of the test split as there are up to that. */
  readonly images: number;
  readonly batchSize: number;
  /** The folder of run folders; the cache is in it. */
  readonly runs: string;
  readonly onImages?: (done: number, total: number) => void;
}

/** Latents before quantization, encoded once for each tokenizer and data set. */
export async function cachedLatents(options: CachedLatentsOptions): Promise<CachedLatents> {
  const { tokenizer, data, images, runs } = options;
  const identity = { tokenizer: await tokenizerHash(tokenizer), data, images };
  const hash = createHash("sha256").update(canonicalJson(identity)).digest("hex").slice(0, 16);
  const path = join(runs, "cache", `latents-${hash}.safetensors`);
  if (existsSync(path)) {
    const { tensors } = await loadCheckpoint(path, "latents");
    const split = (name: string) =>
      Object.fromEntries(
        tokenizer.factors.map((factor) => [factor, tensors[`${name}.${factor}`]!]),
      );
    return { train: split("train"), test: split("test"), cached: true };
  }
  const { train, test } = await encodeSplits(options);
  const tensors = Object.entries({ train, test }).flatMap(([split, latents]) =>
    Object.entries(latents).map(([factor, rows]) => [`${split}.${factor}`, rows] as const),
  );
  mkdirSync(dirname(path), { recursive: true });
  const metadata = { format: "fqgan-latents", version: "1", identity: JSON.stringify(identity) };
  writeFileAtomic(path, safetensorsParts({ tensors: Object.fromEntries(tensors), metadata }));
  return { train, test, cached: false };
}

async function encodeSplits(options: CachedLatentsOptions) {
  const { tokenizer, data, images, batchSize, onImages } = options;
  const dataset = await loadDataset(data);
  const { train, test } = dataset.splits;
  const counts = [train, test].map(({ count }) => Math.min(count, images));
  const total = counts.reduce((sum, count) => sum + count, 0);
  let done = 0;
  async function* batches(split: Split) {
    // Whole batches: a repeated image would count twice.
    const limit = Math.min(split.count, images);
    const size = Math.min(batchSize, limit);
    for await (const batch of evaluationBatches(split, size, limit - (limit % size))) {
      done += batch.count;
      onImages?.(done, total);
      yield batch.images;
    }
  }
  try {
    return {
      train: await encodeLatents(tokenizer, batches(train)),
      test: await encodeLatents(tokenizer, batches(test)),
    };
  } finally {
    await dataset.close();
  }
}
