/**
 * Any folder of PNG, JPEG or WebP images: one sub-folder a class, or flat; of any sizes, resized and
 * centre-cropped as ADM does. Splits are the sub-folders train/, val/ and test/ where every image lies in
 * one; otherwise 80/10/10 by a hash of each file's path within the folder, so that adding files moves
 * none of the others. With a `fold` class folders stay whole: patches of one photograph, say.
 */
import { stat } from "node:fs/promises";
import path from "node:path";
import type { AlphaRule, OrientationRule } from "@fqgan/image";
import { UserError } from "@fqgan/registry";
import * as z from "zod";
import {
  type Dataset,
  type DatasetStrategy,
  type LoadSettings,
  type RejectedFile,
  type Split,
  type SplitName,
  UnreadableImagesError,
} from "../dataset.js";
import { DecodePool } from "../decode-pool.js";
import { FOLDS } from "../grouped-folds.js";
import { memorySplit, takeRows } from "../memory-split.js";
import { cachePath, defaultCacheFolder, readPixels, writePixels } from "../pixel-cache.js";
import { type FolderFile, listFolder } from "./folder-files.js";

const options = {
  path: z.string().min(1).describe("the folder"),
  size: z.int().min(8).max(2048).default(256).describe("side in pixels"),
  alpha: z
    .enum(["white", "drop"])
    .default("white")
    .describe("transparency: composited on white, or dropped as PIL does"),
  orientation: z
    .enum(["upright", "stored"])
    .optional()
    .describe(
      "photographs upright, as their EXIF tag says, if left out; or as stored, as torchvision reads them",
    ),
  memoryMiB: z
    .number()
    .min(0)
    .default(256)
    .describe("decoded images are kept in memory up to this much, otherwise read when needed"),
  fold: z
    .int()
    .min(0)
    .max(FOLDS - 1)
    .optional()
    .describe("class folders stay whole: test on this fifth of them, validate on another tenth"),
};
type FolderOptions = z.output<z.ZodObject<typeof options>>;

/** Files a thread decodes in one go while loading. */
const CHUNK = 32;

interface Source {
  readonly folder: string;
  readonly size: number;
  readonly alpha: AlphaRule;
  readonly orientation: OrientationRule;
  readonly pool: DecodePool;
}

const absolute = ({ folder }: Source, file: FolderFile) => path.join(folder, file.path);

/** Centre crops of all files, [n, S, S, 3]; what could not be read is named. */
async function decodeAll(
  source: Source,
  files: readonly FolderFile[],
  { onProgress, cacheFolder = defaultCacheFolder(), cacheAfterMs = 2000 }: LoadSettings,
): Promise<{ pixels: Uint8Array; rejected: RejectedFile[] }> {
  const { size, alpha, orientation, pool } = source;
  const length = size * size * 3;
  const key = await Promise.all(
    files.map(async (file) => {
      const found = await stat(absolute(source, file)).catch(() => undefined);
      return [file.path, found?.size, found?.mtimeMs];
    }),
  );
  const cacheFile =
    cacheFolder === null ? undefined : cachePath(cacheFolder, { size, alpha, orientation, key });
  const cached = cacheFile && (await readPixels(cacheFile, files.length * length));
  if (cached) return { pixels: cached.pixels, rejected: JSON.parse(cached.note) };

  const started = performance.now();
  const pixels = new Uint8Array(files.length * length);
  const rejected: RejectedFile[] = [];
  let done = 0;
  const starts = Array.from(
    { length: Math.ceil(files.length / CHUNK) },
    (_, i) => i * CHUNK,
  ).values();
  const lane = async () => {
    for (const start of starts) {
      const chunk = files.slice(start, start + CHUNK);
      const decoded = await pool.decode({
        paths: chunk.map((file) => absolute(source, file)),
        size,
        alpha,
        orientation,
      });
      pixels.set(decoded.pixels, start * length);
      for (const { position, reason } of decoded.failures)
        rejected.push({ path: chunk[position]!.path, reason });
      done += chunk.length;
      onProgress?.(done, files.length);
    }
  };
  await Promise.all(Array.from({ length: 2 * pool.threads }, lane));
  rejected.sort((a, b) => (a.path < b.path ? -1 : 1));
  if (cacheFile && performance.now() - started > cacheAfterMs)
    await writePixels(cacheFile, { pixels, note: JSON.stringify(rejected) });
  return { pixels, rejected };
}

/** A split that reads its files when they are asked for. */
function fileSplit(options: {
  readonly name: SplitName;
  readonly source: Source;
  readonly files: readonly FolderFile[];
  readonly classes: readonly string[];
}): Split {
  const { name, source, files, classes } = options;
  const { size, alpha, orientation, pool } = source;
  return {
    name,
    count: files.length,
    size,
    labels: Int32Array.from(files, ({ className }) => classes.indexOf(className)),
    ids: files.map((file) => file.path),
    attributes: {},
    async images(indices, views) {
      const wanted = Array.from(indices, (index) => files[index]!);
      const paths = wanted.map((file) => absolute(source, file));
      const { pixels, failures } = await pool.decode({
        paths,
        size,
        alpha,
        orientation,
        ...(views && { views }),
      });
      if (failures.length > 0)
        throw new UnreadableImagesError(
          failures.map(({ position }) => position),
          failures.map(({ position, reason }) => ({ path: wanted[position]!.path, reason })),
        );
      return pixels;
    },
  };
}

/** The same split with its centre crops in memory; other crops still come from the files. */
function keepInMemory(split: Split, pixels: Uint8Array): Split {
  const { name, size, labels, ids, attributes } = split;
  const kept = memorySplit({ name, size, pixels, labels, ids, attributes });
  return {
    ...kept,
    images: (indices, views) =>
      (views?.some((view) => view.crop) ? split : kept).images(indices, views),
  };
}

async function load(
  { path: folder, size, alpha, orientation = "upright", memoryMiB, fold }: FolderOptions,
  settings: LoadSettings,
): Promise<Dataset> {
  const listed = await listFolder(folder, fold);
  const pool = new DecodePool();
  const source: Source = { folder, size, alpha, orientation, pool };
  const length = size * size * 3;
  const fits = listed.length * length <= memoryMiB * 2 ** 20;
  const decoded = fits ? await decodeAll(source, listed, settings) : undefined;
  const unreadable = new Set(decoded?.rejected.map((file) => file.path));
  const files = listed.filter((file) => !unreadable.has(file.path));
  const classes = [...new Set(listed.map(({ className }) => className))].sort();

  const split = (name: SplitName): Split => {
    const members = files.filter((file) => file.split === name);
    const fromFiles = fileSplit({ name, source, files: members, classes });
    if (!decoded) return fromFiles;
    const rows = listed.flatMap((file, row) =>
      file.split === name && !unreadable.has(file.path) ? [row] : [],
    );
    return keepInMemory(fromFiles, takeRows(decoded.pixels, length, rows));
  };
  const splits = { train: split("train"), validation: split("validation"), test: split("test") };
  if (splits.train.count === 0) {
    await pool.close();
    throw new UserError(
      `data set folder: none of the ${files.length} readable images in "${folder}" (${unreadable.size} ` +
        "can't be read) are for training; add images, or sort them into train/, val/ and test/",
    );
  }
  const counts = Object.values(splits).map(({ name, count }) => `${count} ${name}`);
  return {
    name: [
      path.basename(path.resolve(folder)),
      size,
      ...(fold === undefined ? [] : [`fold-${fold}`]),
    ].join("-"),
    description:
      `${files.length} images in ${folder}, centre-cropped to ${size}×${size}, ${classes.length} ` +
      `${classes.length === 1 ? "class" : "classes"}: ${counts.join(", ")}` +
      (unreadable.size > 0 ? `; ${unreadable.size} files can't be read` : ""),
    classes,
    size,
    splits,
    rejected: decoded?.rejected ?? [],
    close: () => pool.close(),
  };
}

export const folder: DatasetStrategy = {
  name: "folder",
  summary:
    "images of any size in a folder: class sub-folders or flat, train/val/test or split by hash",
  options,
  load: (complete, settings) => load(complete as unknown as FolderOptions, settings),
};
