/** Features of a data set's images by a teacher, kept on disk so that every run of a sweep has them. */
import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { evaluationBatches, type Split } from "@fqgan/data";
import type { Extractor } from "@fqgan/features";
import { hostTensor, loadCheckpoint, safetensorsParts, saveFile } from "@fqgan/tensor";
import { cacheFolder as userCache } from "../store/cache-folder.js";

const BATCH = 64;
/** Raised when the same images and network give other features. */
const FORMAT = 1;

export interface SplitFeaturesOptions {
  readonly teacher: Extractor;
  readonly split: Split;
  readonly onProgress: (done: number, total: number) => void;
  /** null: nothing is kept. Default: fqgan in the user's cache folder. */
  readonly cacheFolder?: string | null;
  /** Features that took longer than this are kept; default 2000. */
  readonly cacheAfterMs?: number;
}

/** [count, D] of every image of a split as evaluation sees it, row by row. */
export async function splitFeatures(options: SplitFeaturesOptions): Promise<Float32Array> {
  const { teacher, split, cacheFolder = userCache("features"), cacheAfterMs = 2000 } = options;
  if (cacheFolder === null) return computed(options);
  const file = join(cacheFolder, `${await keyOf(teacher, split)}.safetensors`);
  const kept = await read(file, split.count * teacher.dimensions);
  if (kept) return kept;
  const start = performance.now();
  const features = await computed(options);
  if (performance.now() - start >= cacheAfterMs)
    await write(file, features, [split.count, teacher.dimensions]);
  return features;
}

async function computed({ teacher, split, onProgress }: SplitFeaturesOptions) {
  const { dimensions } = teacher;
  const all = new Float32Array(split.count * dimensions);
  let done = 0;
  for await (const { images, count } of evaluationBatches(split, BATCH)) {
    const { data } = await teacher.features(images);
    all.set(data.subarray(0, count * dimensions), done * dimensions);
    done += count;
    onProgress(done, split.count);
  }
  return all;
}

/** Everything that the features depend on: each pixel, the network and what it makes of images. */
async function keyOf({ name, hash, preparation }: Extractor, split: Split): Promise<string> {
  const digest = createHash("sha256");
  digest.update(JSON.stringify([FORMAT, name, hash, preparation, split.size, split.count]));
  for await (const { pixels, count } of evaluationBatches(split, BATCH))
    digest.update(pixels.subarray(0, count * split.size ** 2 * 3));
  return digest.digest("hex").slice(0, 32);
}

async function read(file: string, length: number): Promise<Float32Array | undefined> {
  try {
    const { tensors } = await loadCheckpoint(file, "features");
    const data = tensors.features?.data;
    return data instanceof Float32Array && data.length === length ? data : undefined;
  } catch {
    return undefined; // absent or damaged: made again
  }
}

/** Whole or not at all. A cache that can't be written (no space, read-only) is no error. */
async function write(file: string, features: Float32Array, shape: readonly number[]) {
  try {
    await mkdir(dirname(file), { recursive: true });
    const tensors = { features: hostTensor(features, shape) };
    await saveFile(file, safetensorsParts({ tensors, metadata: {} }));
  } catch {
    // it will be made again
  }
}
