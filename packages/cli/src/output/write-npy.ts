import { closeSync, openSync, writeSync } from "node:fs";
import { UserError } from "@fqgan/registry";
import type { HostTensor } from "@fqgan/tensor";

const DESCRIPTIONS = { float32: "<f4", int32: "<i4", bool: "|b1" } as const;

/** What an array is made of: a part of its values after the other, row by row. */
export interface NpyArray extends Pick<HostTensor, "dtype" | "shape"> {
  readonly parts: Iterable<HostTensor["data"]>;
}

/**
 * What a NumPy file begins with (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html), version 1:
 * a header padded so that the values begin at a multiple of 64.
 */
export function npyHeader({ dtype, shape }: Pick<HostTensor, "dtype" | "shape">): Uint8Array {
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const words = `{'descr': '${DESCRIPTIONS[dtype]}', 'fortran_order': False, 'shape': (${sides}), }`;
  const length = Math.ceil((10 + words.length + 1) / 64) * 64 - 10;
  const header = Buffer.alloc(10 + length, " ");
  header.write("\u0093NUMPY\u0001\u0000", "latin1");
  header.writeUInt16LE(length, 8);
  header.write(words, 10, "latin1");
  header.write("\n", 9 + length, "latin1");
  return header;
}

/** Writes an array part by part: it may be larger than memory. */
export function writeNpy(path: string, { parts, ...array }: NpyArray): void {
  try {
    const file = openSync(path, "w");
    try {
      writeSync(file, npyHeader(array));
      for (const { buffer, byteOffset, byteLength } of parts)
        writeSync(file, new Uint8Array(buffer, byteOffset, byteLength));
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw new UserError(
      `${path}: can't be written (${(error as Error).message}); give another folder with --npy`,
    );
  }
}
