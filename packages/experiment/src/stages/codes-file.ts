import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@fqgan/registry";
import { decodeSafetensors, encodeSafetensors, type HostTensor, hostTensor } from "@fqgan/tensor";
import * as z from "zod";

/** `codes/` of a codes run: a data set as a tokenizer writes it, in shards (docs/run-folder.md). */
export const CODES_FORMAT = 2;

export interface CodesSplit {
  /** int32 [count, crops, N] for each codebook, in decoder channel order */
  readonly codes: Readonly<Record<string, HostTensor>>;
  /** int32 [count] */
  readonly labels: HostTensor;
}

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

export interface CodesFile extends CodesHeader {
  readonly splits: Readonly<Record<string, CodesSplit>>;
}

/** Some images of a split, one after another. */
export interface CodesShard extends CodesHeader, CodesSplit {
  readonly split: string;
  /** The first of them. */
  readonly start: number;
  /** Images of the whole split. */
  readonly total: number;
}

const headerSchema = z.object({
  vocabularies: z.record(z.string(), z.int().positive()),
  grid: z.tuple([z.int().positive(), z.int().positive()]),
  classes: z.array(z.string()),
  tokenizerHash: z.string(),
  split: z.string(),
  start: z.int().min(0),
  total: z.int().min(0),
});

export const shardPath = (folder: string, split: string, index: number): string =>
  join(folder, "codes", `${split}-${String(index).padStart(5, "0")}.safetensors`);

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

/** @param where names the file in errors */
export function decodeShard(bytes: Uint8Array, where: string): CodesShard {
  const { tensors, metadata } = decodeSafetensors(bytes, where);
  if (metadata.format !== "fqgan-codes" || metadata.version !== String(CODES_FORMAT))
    throw new UserError(
      `${where}: expected codes (fqgan-codes, version ${CODES_FORMAT}), got ` +
        `${metadata.format ?? "another file"} ${metadata.version ?? ""}; extract them again`,
    );
  const header = headerSchema.parse(JSON.parse(metadata.header ?? "{}"));
  const tensor = (name: string): HostTensor => {
    const found = tensors[name];
    if (found) return found;
    throw new UserError(`${where}: expected ${name}, got none; extract the codes again`);
  };
  const codes = Object.keys(header.vocabularies).map(
    (name) => [name, tensor(`codes.${name}`)] as const,
  );
  return { ...header, codes: Object.fromEntries(codes), labels: tensor("labels") };
}

/** All codes of a codes run. */
export function readCodes(folder: string): CodesFile {
  const shards = shardFiles(folder).map((path) => decodeShard(readFileSync(path), path));
  const [first] = shards;
  if (!first)
    throw new UserError(`${folder}: expected a folder of codes, found none; extract them`);
  const { vocabularies, grid, classes, tokenizerHash } = first;
  const names = [...new Set(shards.map(({ split }) => split))];
  const splits = names.map((name) => {
    const parts = shards.filter(({ split }) => split === name);
    return [name, joinShards(parts, `${folder}: ${name}`)] as const;
  });
  return { vocabularies, grid, classes, tokenizerHash, splits: Object.fromEntries(splits) };
}

/** What a codes run is about, from its first shard. */
export function readCodesHeader(folder: string): CodesHeader {
  const [path] = shardFiles(folder);
  if (!path) throw new UserError(`${folder}: expected a folder of codes, found none; extract them`);
  const { vocabularies, grid, classes, tokenizerHash } = decodeShard(readFileSync(path), path);
  return { vocabularies, grid, classes, tokenizerHash };
}

function shardFiles(folder: string): string[] {
  try {
    const files = readdirSync(join(folder, "codes")).filter((name) =>
      name.endsWith(".safetensors"),
    );
    return files.sort().map((name) => join(folder, "codes", name));
  } catch {
    return [];
  }
}

/** @param where names the split in errors */
export function joinShards(shards: readonly CodesShard[], where: string): CodesSplit {
  const { total, codes } = shards[0]!;
  const counts = shards.map(({ labels }) => labels.shape[0]!);
  let next = 0;
  for (const [i, { start }] of shards.entries()) {
    if (start !== next)
      throw new UserError(
        `${where}: expected a shard that starts at image ${next}, got one at ${start}; extract the codes again`,
      );
    next += counts[i]!;
  }
  if (next !== total)
    throw new UserError(
      `${where}: expected the codes of ${total} images, got ${next}; the same extract-codes command writes the rest`,
    );
  const join = (pick: (shard: CodesShard) => HostTensor): HostTensor => {
    const [, ...sides] = pick(shards[0]!).shape;
    const row = sides.reduce((product, side) => product * side, 1);
    const joined = new Int32Array(total * row);
    for (const shard of shards) joined.set(pick(shard).data, shard.start * row);
    return hostTensor(joined, [total, ...sides]);
  };
  const rows = Object.keys(codes).map((name) => [name, join((shard) => shard.codes[name]!)]);
  return { codes: Object.fromEntries(rows), labels: join(({ labels }) => labels) };
}

/** How many crops of each image a split holds. */
export const cropsOf = ({ codes }: CodesSplit): number => Object.values(codes)[0]!.shape[1]!;

/**
 * Rows `indices` of codes and labels, as a batch.
 * @param cropOf which crop of its image row i shows, the same for all codebooks; the first by default
 */
export function codesBatch(
  split: CodesSplit,
  indices: ArrayLike<number>,
  cropOf: (i: number) => number = () => 0,
) {
  const codes = Object.entries(split.codes).map(([name, { data, shape }]) => {
    const [, crops, length] = shape as [number, number, number];
    const rows = new Int32Array(indices.length * length);
    for (let i = 0; i < indices.length; i++) {
      const from = (indices[i]! * crops + cropOf(i)) * length;
      rows.set(data.subarray(from, from + length), i * length);
    }
    return [name, hostTensor(rows, [indices.length, length])] as const;
  });
  const labels = Int32Array.from(indices, (index) => split.labels.data[index]!);
  return { codes: Object.fromEntries(codes), labels: hostTensor(labels, [indices.length]) };
}
