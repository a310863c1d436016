/** Parts of safetensors files that stay on disk: what is read often, the operating system keeps in memory. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { UserError } from "@fqgan/registry";
import {
  parseSafetensorsHeader,
  SAFETENSORS_LENGTH_BYTES,
  type StoredTensor,
  safetensorsHeaderLength,
} from "@fqgan/tensor";

/** A file's header, with what it takes to read the rest. */
export interface OpenedFile {
  readonly path: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly names: readonly string[];
  /** Where an int32 tensor is. */
  tensor(name: string): StoredTensor;
  /** All its values. */
  int32(name: string): Int32Array;
}

export function openWeightsFile(path: string): OpenedFile {
  const { metadata, tensors } = withFile(path, (file) => {
    const { size } = fstatSync(file);
    const start = readAt(file, { position: 0, length: Math.min(SAFETENSORS_LENGTH_BYTES, size) });
    const length = safetensorsHeaderLength(start, size, path);
    const json = readAt(file, { position: SAFETENSORS_LENGTH_BYTES, length });
    return parseSafetensorsHeader(json, size, path);
  });
  const tensor = (name: string): StoredTensor => {
    const found = tensors.get(name);
    if (found?.dtype === "I32") return found;
    throw new UserError(
      `${path}: expected ${name} as int32, got ${found?.dtype ?? "none"}; extract the codes again`,
    );
  };
  return {
    path,
    metadata,
    names: [...tensors.keys()],
    tensor,
    int32(name) {
      const { begin, length } = tensor(name);
      return readRows([{ path, begin }], length / 4);
    },
  };
}

/** Where a row of int32 values begins. */
export interface RowPlace {
  readonly path: string;
  /** Its first byte. */
  readonly begin: number;
}

/** Rows of `length` values, one after another; each file is opened once. */
export function readRows(places: readonly RowPlace[], length: number): Int32Array {
  const rows = new Int32Array(places.length * length);
  const byFile = new Map<string, number[]>();
  for (const [i, { path }] of places.entries()) {
    const members = byFile.get(path) ?? [];
    byFile.set(path, members);
    members.push(i);
  }
  for (const [path, members] of byFile)
    withFile(path, (file) => {
      for (const i of members) {
        const into = new Uint8Array(rows.buffer, 4 * i * length, 4 * length);
        fill(file, into, places[i]!.begin);
      }
    });
  return rows;
}

function withFile<T>(path: string, use: (file: number) => T): T {
  const file = openSync(path, "r");
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}

function readAt(
  file: number,
  { position, length }: { readonly position: number; readonly length: number },
): Uint8Array {
  const bytes = new Uint8Array(length);
  fill(file, bytes, position);
  return bytes;
}

/** One call reads less than is asked for where that is more than 2 GiB. */
function fill(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; ) {
    const wanted = Math.min(bytes.length - done, 2 ** 30);
    const read = readSync(file, bytes, done, wanted, position + done);
    if (read === 0) throw new UserError("a file of codes ends too early; extract the codes again");
    done += read;
  }
}
