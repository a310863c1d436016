/** Arrays of an .npz on disk, without reading the whole file: ADM's are up to ten gigabytes. */
import { createReadStream } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { pipeline, type Readable } from "node:stream";
import { createInflateRaw } from "node:zlib";
import { UserError } from "@fqgan/registry";
import { decodeNpy, decodeNpyHeader, type NpyArray } from "./npy.js";
import { findDirectory, localLength, type Member, parseDirectory } from "./npz.js";

/** Enough for a zip's closing records and for an array's header. */
const EDGE = 65_536 + 98;

/** An `.npz` whose arrays are read when asked for. */
export interface NpzFile {
  readonly path: string;
  /** Names of the arrays. */
  readonly names: readonly string[];
  shape(name: string): Promise<readonly number[]>;
  read(name: string): Promise<NpyArray>;
  /** Some rows of the first axis after another; the last part may be shorter. */
  rows(name: string, count: number): AsyncGenerator<NpyArray>;
}

/** Opens an `.npz`, compressed or not. An array that it doesn't hold is a UserError. */
export async function openNpz(path: string): Promise<NpzFile> {
  const members = new Map((await readMembers(path)).map((member) => [member.name, member]));
  const find = (name: string) => {
    const member = members.get(name);
    if (!member)
      throw new UserError(
        `${path}: expected an array ${name}, got ${[...members.keys()].join(", ") || "none"}; ` +
          "give another file",
      );
    return member;
  };
  const where = (name: string) => `${path}: ${name}`;
  return {
    path,
    names: [...members.keys()],
    async shape(name) {
      const [first] = await take(bytesOf(path, find(name)), 1);
      return decodeNpyHeader(first ?? new Uint8Array(), where(name)).shape;
    },
    async read(name) {
      const chunks = await take(bytesOf(path, find(name)), Number.POSITIVE_INFINITY);
      return decodeNpy(Buffer.concat(chunks), where(name));
    },
    async *rows(name, count) {
      const stream = bytesOf(path, find(name));
      let pending = Buffer.alloc(0);
      let layout: { header: ReturnType<typeof decodeNpyHeader>; rowBytes: number } | undefined;
      let left = 0;
      for await (const chunk of stream) {
        pending = Buffer.concat([pending, chunk as Buffer]);
        if (!layout) {
          const header = decodeNpyHeader(pending, where(name));
          const rowValues = header.shape.slice(1).reduce((product, side) => product * side, 1);
          layout = { header, rowBytes: rowValues * header.type.BYTES_PER_ELEMENT };
          left = header.shape[0] ?? 0;
          pending = pending.subarray(header.start);
        }
        const { header, rowBytes } = layout;
        for (;;) {
          const rows = Math.min(count, left);
          if (rows === 0 || pending.length < rows * rowBytes) break;
          const values = new Uint8Array(pending.subarray(0, rows * rowBytes));
          pending = pending.subarray(rows * rowBytes);
          left -= rows;
          yield { shape: [rows, ...header.shape.slice(1)], data: new header.type(values.buffer) };
        }
      }
      if (left > 0 || !layout)
        throw new UserError(
          `${where(name)}: expected ${left} more rows, got the end of the file; was it copied completely?`,
        );
    },
  };
}

async function readMembers(path: string): Promise<Member[]> {
  let file: FileHandle;
  try {
    file = await open(path);
  } catch {
    throw new UserError(`${path}: expected an .npz file, found nothing to read; check the path`);
  }
  try {
    const { size: length } = await file.stat();
    const read = async (from: number, size: number) => {
      const bytes = new Uint8Array(size);
      await file.read(bytes, 0, size, from);
      return bytes;
    };
    const edge = Math.min(EDGE, length);
    const { offset, size } = findDirectory(await read(length - edge, edge), length, path);
    return parseDirectory(await read(offset, size), path);
  } finally {
    await file.close();
  }
}

/** The bytes of the .npy inside. */
async function* bytesOf(path: string, { local, packed, method }: Member): AsyncGenerator<Buffer> {
  const [header] = await take(createReadStream(path, { start: local, end: local + 29 }), 1);
  const start = local + localLength(header!);
  const raw = createReadStream(path, { start, end: start + packed - 1, highWaterMark: 1 << 20 });
  const bytes: Readable = method === 0 ? raw : pipeline(raw, createInflateRaw(), () => undefined);
  for await (const chunk of bytes) yield chunk as Buffer;
}

/** The first chunks of a stream; the rest is not read. */
async function take(stream: AsyncIterable<Buffer>, count: number): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
    if (chunks.length >= count) break;
  }
  return chunks;
}
