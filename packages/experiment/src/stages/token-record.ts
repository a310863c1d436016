import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Dataset, Split } from "@fqgan/data";
import { toSignedUnit, unpackImages } from "@fqgan/image";
import { UserError } from "@fqgan/registry";
import {
  compile,
  decodeSafetensors,
  encodeSafetensors,
  type HostTensor,
  hostTensor,
  type Tensor,
  tf,
} from "@fqgan/tensor";
import type { Tokenizer } from "@fqgan/tokenizer";
import * as z from "zod";
import { pictureGrid } from "../media/grid.js";
import { writeFileAtomic } from "../store/atomic-file.js";
import type { RunFolder } from "../store/run-folder.js";
import { choosePictures } from "./tokenizer-pictures.js";

/** Images with pictures and codes. */
const SHOWN = 64;
/** Images with a mean code vector: points of a map. */
const POINTS = 512;
const COLUMNS = 8;
const FILE = "tokens.safetensors";

/** Name of the picture that shows the images of a token record. */
export const TOKEN_IMAGES = "token-images";

const headerSchema = z.object({
  classes: z.array(z.string()),
  names: z.array(z.string()),
  size: z.number().int(),
  factors: z.array(z.string()),
  codebooks: z.array(
    z.object({
      name: z.string(),
      size: z.number().int(),
      grid: z.tuple([z.number().int(), z.number().int()]),
    }),
  ),
});

/** What a finished tokenizer wrote down of some test images. */
export interface TokenRecord extends z.infer<typeof headerSchema> {
  /** int32 [images, positions] by codebook */
  readonly codes: Readonly<Record<string, HostTensor>>;
  /** Class of each of those images. */
  readonly labels: Int32Array;
  /** [points, D] by factor: mean quantized vector of an image. */
  readonly means: Readonly<Record<string, HostTensor>>;
  readonly meanLabels: Int32Array;
}

/**
 * Writes codes and mean code vectors of some test images, and the images as one picture, so that the
 * codes of a run can be looked at without its data set.
 */
export async function writeTokenRecord(options: {
  readonly run: RunFolder;
  readonly tokenizer: Tokenizer;
  readonly dataset: Dataset;
  readonly batchSize: number;
  readonly step: number;
}): Promise<void> {
  const { run, tokenizer, dataset, batchSize, step } = options;
  const { test } = dataset.splits;
  const shown = choosePictures(test, Math.min(SHOWN, test.count));
  const everyone = Array.from({ length: test.count }, (_, i) => i);
  const points = Int32Array.from([...new Set([...shown, ...everyone])].slice(0, POINTS));
  const { codes, means } = await encode(tokenizer, test, { indices: points, batchSize });
  const labels = points.map((i) => test.labels[i]!);
  const names = Array.from(shown, (i) => test.attributes.name?.[i] ?? test.ids[i]!);
  const tensors: Record<string, HostTensor> = {
    labels: hostTensor(labels.slice(0, shown.length), [shown.length]),
    "means.labels": hostTensor(labels, [points.length]),
  };
  for (const [name, rows] of Object.entries(codes))
    tensors[`codes.${name}`] = hostTensor(Int32Array.from(rows.slice(0, shown.length).flat()), [
      shown.length,
      rows[0]!.length,
    ]);
  for (const [name, rows] of Object.entries(means))
    tensors[`means.${name}`] = hostTensor(Float32Array.from(rows.flat()), [
      points.length,
      rows[0]!.length,
    ]);
  const header: z.infer<typeof headerSchema> = {
    classes: [...dataset.classes],
    names,
    size: test.size,
    factors: [...tokenizer.factors],
    codebooks: Object.entries(tokenizer.codebooks).map(([name, { size, grid }]) => ({
      name,
      size,
      grid: [grid[0], grid[1]],
    })),
  };
  run.logMedia(
    await pictureGrid(unpackImages(await test.images(shown), test.size), {
      columns: COLUMNS,
      items: names,
      step,
      name: TOKEN_IMAGES,
      kind: TOKEN_IMAGES,
      caption: `${shown.length} images of the test split`,
    }),
  );
  const metadata = { format: "fqgan-tokens", version: "1", header: JSON.stringify(header) };
  writeFileAtomic(join(run.path, FILE), encodeSafetensors({ tensors, metadata }));
}

type Rows = Record<string, number[][]>;

/** Codes by codebook and mean quantized vectors by factor, one row an image. */
async function encode(
  tokenizer: Tokenizer,
  split: Split,
  { indices, batchSize }: { indices: Int32Array; batchSize: number },
): Promise<{ codes: Rows; means: Rows }> {
  const program = compile(
    ({ images }: { images: Tensor }) => {
      const latents = tokenizer.encodeLatents(images);
      const { codes, quantized } = tokenizer.quantize(latents, { training: false });
      const means = Object.entries(quantized).map(([name, map]) => [name, tf.mean(map, [1, 2])]);
      return { ...prefixed("codes", codes), ...prefixed("means", Object.fromEntries(means)) };
    },
    { name: "tokenizer.record" },
  );
  const rows: Rows = {};
  for (let start = 0; start < indices.length; start += batchSize) {
    const batch = Int32Array.from(
      { length: batchSize },
      (_, i) => indices[Math.min(start + i, indices.length - 1)]!,
    );
    const pixels = toSignedUnit(await split.images(batch));
    const images = hostTensor(pixels, [batchSize, split.size, split.size, 3]);
    const count = Math.min(batchSize, indices.length - start);
    for (const [name, { data, shape }] of Object.entries(await program({ images }))) {
      rows[name] ??= [];
      const width = shape[1]!;
      for (let row = 0; row < count; row++)
        rows[name].push(Array.from(data.subarray(row * width, (row + 1) * width)));
    }
  }
  program.dispose();
  return { codes: unprefixed("codes", rows), means: unprefixed("means", rows) };
}

const prefixed = (prefix: string, tensors: Readonly<Record<string, Tensor>>) =>
  Object.fromEntries(Object.entries(tensors).map(([name, value]) => [`${prefix}.${name}`, value]));

/** The entries whose names start with `prefix.`, without it. */
const unprefixed = <T>(prefix: string, entries: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(
    Object.entries(entries)
      .filter(([name]) => name.startsWith(`${prefix}.`))
      .map(([name, value]) => [name.slice(prefix.length + 1), value]),
  );

/** The record of a finished tokenizer run; undefined where there is none (yet). */
export function readTokenRecord(folder: string): TokenRecord | undefined {
  const path = join(folder, FILE);
  if (!existsSync(path)) return undefined;
  const { tensors, metadata } = decodeSafetensors(readFileSync(path), path);
  const header = headerSchema.safeParse(JSON.parse(metadata.header ?? "null"));
  if (metadata.format !== "fqgan-tokens" || metadata.version !== "1" || !header.success)
    throw new UserError(`${path}: expected fqgan-tokens version 1; the file is damaged or newer`);
  const { labels: meanLabels, ...means } = unprefixed("means", tensors);
  return {
    ...header.data,
    codes: unprefixed("codes", tensors),
    labels: tensors.labels!.data as Int32Array,
    means,
    meanLabels: meanLabels!.data as Int32Array,
  };
}
