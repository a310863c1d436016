/**
 * Codes of pictures as people and other programs read them: one JSON file, or a folder with a NumPy array
 * for each codebook and the rest as `codes.json`.
 */
import { existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TileLayout } from "@fqgan/image";
import { decodeNpy, encodeNpy } from "@fqgan/metrics";
import { parseConfig, UserError } from "@fqgan/registry";
import { type HostTensor, hostTensor } from "@fqgan/tensor";
import * as z from "zod";
import { writePicture } from "../output/write-picture.js";

/** One picture: [tiles, N] for each codebook, and where the tiles lie. */
export interface EncodedPicture {
  readonly image: string;
  readonly layout: TileLayout;
  readonly codes: Readonly<Record<string, HostTensor>>;
}

/** Which tokenizer the codes are of. */
export interface CodesOrigin {
  /** What `--from` found it by; null for the one that comes with the command. */
  readonly from: string | null;
  readonly hash: string;
}

export interface CodesDocument {
  readonly tokenizer: CodesOrigin;
  readonly pictures: readonly EncodedPicture[];
}

const FORMAT = "fqgan-codes";
const VERSION = 1;
const INDEX = "codes.json";

const count = z.int().nonnegative();
const documentSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  tokenizer: z.strictObject({ from: z.string().nullable(), hash: z.string() }),
  images: z.array(
    z.strictObject({
      image: z.string(),
      width: count,
      height: count,
      tile: count,
      /** [left, top] of each tile */
      places: z.array(z.tuple([count, count])).min(1),
      /** [tiles][N] by codebook; in a folder they are in the arrays, from row `first` on. */
      codes: z.record(z.string(), z.array(z.array(count))).optional(),
      first: count.optional(),
    }),
  ),
  /** In a folder: the array of each codebook, [all tiles, N]. */
  arrays: z.record(z.string(), z.string()).optional(),
});
type Written = z.infer<typeof documentSchema>;

/** The whole document as JSON. */
export function codesToJson(document: CodesDocument): Written {
  return {
    ...head(document),
    images: document.pictures.map((picture) => ({
      ...describe(picture),
      codes: Object.fromEntries(
        Object.entries(picture.codes).map(([name, tensor]) => [name, toRows(tensor)]),
      ),
    })),
  };
}

/** Writes `codes.json` and an array for each codebook. @returns the files */
export function writeCodesFolder(folder: string, document: CodesDocument): string[] {
  mkdirSync(folder, { recursive: true });
  const { pictures } = document;
  const names = Object.keys(pictures[0]!.codes);
  let rows = 0;
  const images = pictures.map((picture) => {
    const first = rows;
    rows += picture.layout.places.length;
    return { ...describe(picture), first };
  });
  const arrays = Object.fromEntries(names.map((name) => [name, `${name}.npy`]));
  const index: Written = { ...head(document), images, arrays };
  const files: [string, Uint8Array][] = names.map((name) => {
    const values = pictures.flatMap(({ codes }) => [...codes[name]!.data]);
    const data = Int32Array.from(values);
    return [arrays[name]!, encodeNpy({ shape: [rows, data.length / rows], data })];
  });
  files.push([INDEX, new TextEncoder().encode(`${JSON.stringify(index, null, 2)}\n`)]);
  return files.map(([file, bytes]) => {
    writePicture(join(folder, file), bytes);
    return join(folder, file);
  });
}

/** Reads a JSON file, a folder, or JSON text that came through a pipe. */
export function readCodes(
  source: { readonly path: string } | { readonly text: string },
): CodesDocument {
  if ("text" in source) return parse(source.text, { where: "standard input", folder: "." });
  const { path } = source;
  if (!existsSync(path)) throw new UserError(`${path}: expected codes, found nothing`);
  const file = statSync(path).isDirectory() ? join(path, INDEX) : path;
  if (!existsSync(file))
    throw new UserError(
      `${path}: expected a folder that \`fqgan tokenize\` wrote, got no ${INDEX}`,
    );
  return parse(readFileSync(file, "utf8"), { where: file, folder: dirname(file) });
}

function parse(text: string, { where, folder }: { where: string; folder: string }): CodesDocument {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new UserError(`${where}: expected the JSON of \`fqgan tokenize\`, got something else`);
  }
  const { tokenizer, images, arrays = {} } = parseConfig(documentSchema, json, where);
  const stored = Object.fromEntries(
    Object.entries(arrays).map(([name, file]) => [name, readArray(join(folder, file))]),
  );
  const pictures = images.map(({ image, width, height, tile, places, codes, first = 0 }) => {
    const layout = { width, height, tile, places: places.map(([left, top]) => ({ left, top })) };
    for (const { left, top } of layout.places)
      if (left + tile > width || top + tile > height)
        throw new UserError(
          `${where}: ${image}: the tile at ${left}, ${top} reaches beyond ${width}×${height}`,
        );
    const parts = codes
      ? Object.entries(codes).map(([name, rows]) => [name, fromRows(rows)] as const)
      : Object.entries(stored).map(
          ([name, array]) => [name, takeRows(array, first, places.length)] as const,
        );
    for (const [name, { shape }] of parts)
      if (shape[0] !== places.length)
        throw new UserError(
          `${where}: ${image}: expected ${places.length} tiles of ${name}, got ${shape[0]}`,
        );
    return { image, layout, codes: Object.fromEntries(parts) };
  });
  return { tokenizer, pictures };
}

const head = ({ tokenizer }: CodesDocument) =>
  ({ format: FORMAT, version: VERSION, tokenizer }) as const;

const describe = ({ image, layout: { width, height, tile, places } }: EncodedPicture) => ({
  image,
  width,
  height,
  tile,
  places: places.map(({ left, top }): [number, number] => [left, top]),
});

function toRows({ data, shape }: HostTensor): number[][] {
  const [rows, length] = shape as [number, number];
  return Array.from({ length: rows }, (_, i) => [...data.subarray(i * length, (i + 1) * length)]);
}

function fromRows(rows: readonly (readonly number[])[]): HostTensor {
  const length = rows[0]?.length ?? 0;
  const whole = rows.every((row) => row.length === length);
  const data = Int32Array.from(rows.flat());
  // of uneven rows no shape is right: the tokenizer names the one that it expects
  return hostTensor(data, whole ? [rows.length, length] : [rows.length, data.length]);
}

/** [rows, N] int32 */
function readArray(file: string): HostTensor {
  if (!existsSync(file)) throw new UserError(`${file}: expected an array of codes, found nothing`);
  const { shape, data } = decodeNpy(readFileSync(file), file);
  if (shape.length !== 2)
    throw new UserError(`${file}: expected [rows, positions], got [${shape.join(", ")}]`);
  return hostTensor(
    Int32Array.from(data as Int32Array, (value) => Number(value)),
    shape,
  );
}

function takeRows({ data, shape }: HostTensor, first: number, rows: number): HostTensor {
  const length = shape[1]!;
  const part = data.slice(first * length, (first + rows) * length);
  return hostTensor(part, [part.length / Math.max(1, length), length]);
}
