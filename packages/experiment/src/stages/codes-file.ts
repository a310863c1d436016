import { readdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@fqgan/registry";
import { encodeSafetensors, type HostTensor, hostTensor } from "@fqgan/tensor";
import * as z from "zod";
import { type OpenedFile, openWeightsFile, readRows } from "./stored-rows.js";

/** `codes/` of a codes run: a data set as a tokenizer writes it, in shards (docs/run-folder.md). */
export const CODES_FORMAT = 2;

/** What codes are of: which codebooks, grid, classes and tokenizer. */
export interface CodesHeader {
  /** Size of each codebook, in decoder channel order. */
  readonly vocabularies: Readonly<Record<string, number>>;
  /** [rows, columns] */
  readonly grid: readonly [number, number];
  /** Names of the classes that labels index into. */
  readonly classes: readonly string[];
  /** Hash of the tokenizer that wrote them. */
  readonly tokenizerHash: string;
}

/** Some images of a split, one after another, to be written. */
export interface CodesShard extends CodesHeader {
  readonly split: string;
  /** The first of them. */
  readonly start: number;
  /** Images of the whole split. */
  readonly total: number;
  /** int32 [count, crops, N] for each codebook, in decoder channel order */
  readonly codes: Readonly<Record<string, HostTensor>>;
  /** int32 [count] */
  readonly labels: HostTensor;
}

/** Where some images of a split are. */
interface CodesPart {
  readonly path: string;
  readonly start: number;
  readonly count: number;
  /** Where each codebook's codes begin in the file, int32 [count, crops, N]. */
  readonly begins: Readonly<Record<string, number>>;
}

/**
 * A split's codes. They stay in their files, of which only what a batch needs is read: ten crops of ImageNet by
 * two codebooks are 26 GB. Labels are in memory.
 */
export interface CodesSplit {
  /** Images. */
  readonly count: number;
  /** Crops of each image. */
  readonly crops: number;
  /** N by codebook. */
  readonly positions: Readonly<Record<string, number>>;
  /** int32 [count] */
  readonly labels: HostTensor;
  /** In order. */
  readonly parts: readonly CodesPart[];
}

/** A data set as codes, all splits in memory. */
export interface CodesFile extends CodesHeader {
  readonly splits: Readonly<Record<string, CodesSplit>>;
}

const headerSchema = z.object({
  vocabularies: z.record(z.string(), z.int().positive()),
  grid: z.tuple([z.int().positive(), z.int().positive()]),
  classes: z.array(z.string()),
  tokenizerHash: z.string(),
});

const shardSchema = headerSchema.extend({
  split: z.string(),
  start: z.int().min(0),
  total: z.int().min(0),
});

export const shardPath = (folder: string, split: string, index: number): string =>
  join(folder, "codes", `${split}-${String(index).padStart(5, "0")}.safetensors`);

/** A shard as safetensors, as docs/run-folder.md describes it. */
export function encodeShard({ codes, labels, ...header }: CodesShard): Uint8Array {
  const rows = Object.entries(codes).map(([name, values]) => [`codes.${name}`, values] as const);
  return encodeSafetensors({
    tensors: { labels, ...Object.fromEntries(rows) },
    metadata: {
      format: "fqgan-codes",
      version: String(CODES_FORMAT),
      header: JSON.stringify(header),
    },
  });
}

/** Some images of a split with the split's name, as a file holds them. */
interface FoundPart extends CodesPart {
  readonly split: string;
  /** Images of the whole split. */
  readonly total: number;
  readonly labels: Int32Array;
  readonly crops: number;
  readonly positions: Readonly<Record<string, number>>;
}

interface FoundFile {
  readonly header: CodesHeader;
  readonly parts: readonly FoundPart[];
}

/** Where one split's tensors are in a file, by the names that they have there. */
function partOf(
  file: OpenedFile,
  names: readonly string[],
  place: {
    readonly split: string;
    readonly start: number;
    readonly total?: number;
    prefix: string;
  },
): FoundPart {
  const { split, start, prefix } = place;
  const labels = file.int32(`${prefix}labels`);
  const stored = names.map((name) => [name, file.tensor(`${prefix}codes.${name}`)] as const);
  const [, { shape }] = stored[0]!;
  return {
    path: file.path,
    split,
    start,
    count: labels.length,
    total: place.total ?? labels.length,
    labels,
    // Format 1 had no crops: [count, N].
    crops: shape.length === 3 ? shape[1]! : 1,
    positions: Object.fromEntries(stored.map(([name, tensor]) => [name, tensor.shape.at(-1)!])),
    begins: Object.fromEntries(stored.map(([name, { begin }]) => [name, begin])),
  };
}

/** Readers by the version that files say. */
const VERSIONS: Readonly<Record<string, (file: OpenedFile, header: unknown) => FoundFile>> = {
  // All splits in one file.
  1: (file, written) => {
    const header = headerSchema.parse(written);
    const splits = file.names.flatMap((name) => /^(\w+)\.labels$/.exec(name)?.[1] ?? []);
    const names = Object.keys(header.vocabularies);
    return {
      header,
      parts: splits.map((split) => partOf(file, names, { split, start: 0, prefix: `${split}.` })),
    };
  },
  [CODES_FORMAT]: (file, written) => {
    const { split, start, total, ...header } = shardSchema.parse(written);
    const names = Object.keys(header.vocabularies);
    return { header, parts: [partOf(file, names, { split, start, total, prefix: "" })] };
  },
};

function readFile(path: string): FoundFile {
  const file = openWeightsFile(path);
  const { format, version, header } = file.metadata;
  const read = format === "fqgan-codes" ? VERSIONS[version ?? ""] : undefined;
  if (!read)
    throw new UserError(
      `${path}: expected codes (fqgan-codes, version ${CODES_FORMAT}), got ` +
        `${format ?? "another file"} ${version ?? ""}; extract them again`,
    );
  return read(file, JSON.parse(header ?? "{}"));
}

/** All codes of a codes run. */
export function readCodes(folder: string): CodesFile {
  const files = codesFiles(folder).map(readFile);
  const parts = files.flatMap((file) => file.parts);
  const splits = [...new Set(parts.map(({ split }) => split))].map((name) => {
    const own = parts.filter(({ split }) => split === name);
    return [name, joinParts(own, `${folder}: ${name}`)] as const;
  });
  return { ...files[0]!.header, splits: Object.fromEntries(splits) };
}

/** What a codes run is about, from its first file. */
export const readCodesHeader = (folder: string): CodesHeader =>
  readFile(codesFiles(folder)[0]!).header;

/** In order; of format 1 there is one. */
function codesFiles(folder: string): string[] {
  const listed = (path: string) => {
    try {
      return readdirSync(path);
    } catch {
      return [];
    }
  };
  const shards = listed(join(folder, "codes")).filter((name) => name.endsWith(".safetensors"));
  if (shards.length > 0) return shards.sort().map((name) => join(folder, "codes", name));
  const older = listed(folder).filter((name) => name === "codes.safetensors");
  if (older.length > 0) return older.map((name) => join(folder, name));
  throw new UserError(`${folder}: expected a folder of codes, found none; extract them`);
}

/** @param where names the split in errors */
function joinParts(parts: readonly FoundPart[], where: string): CodesSplit {
  const { total, crops, positions } = parts[0]!;
  const labels = new Int32Array(total);
  let next = 0;
  for (const part of parts) {
    if (part.start !== next)
      throw new UserError(
        `${where}: expected a shard that starts at image ${next}, got one at ${part.start}; extract the codes again`,
      );
    labels.set(part.labels.subarray(0, total - next), next);
    next += part.count;
  }
  if (next !== total)
    throw new UserError(
      `${where}: expected the codes of ${total} images, got ${next}; the same extract-codes command writes the rest`,
    );
  return { count: total, crops, positions, labels: hostTensor(labels), parts };
}

/**
 * Rows `indices` of codes and labels, as a batch.
 * @param cropOf which crop of its image row i shows, the same for all codebooks; the first by default
 */
export function codesBatch(
  { crops, positions, labels, parts }: CodesSplit,
  indices: ArrayLike<number>,
  cropOf: (i: number) => number = () => 0,
) {
  const places = Array.from(indices, (image, i) => {
    const { path, start, begins } = parts.findLast((part) => part.start <= image)!;
    return { path, begins, row: (image - start) * crops + cropOf(i) };
  });
  const codes = Object.entries(positions).map(([name, length]) => {
    const rows = readRows(
      places.map(({ path, begins, row }) => ({ path, begin: begins[name]! + 4 * row * length })),
      length,
    );
    return [name, hostTensor(rows, [indices.length, length])] as const;
  });
  const chosen = Int32Array.from(indices, (index) => labels.data[index]!);
  return { codes: Object.fromEntries(codes), labels: hostTensor(chosen, [indices.length]) };
}

/** Codes of all images by one codebook, int32 [count, crops, N], file by file. */
export function* codesInParts(split: CodesSplit, codebook: string): Generator<Int32Array> {
  const length = split.crops * split.positions[codebook]!;
  for (const { path, begins, count } of split.parts)
    yield readRows([{ path, begin: begins[codebook]! }], count * length);
}
