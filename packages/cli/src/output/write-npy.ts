import { writeFileSync } from "node:fs";
import { UserError } from "@fqgan/registry";
import type { HostTensor } from "@fqgan/tensor";

const DESCRIPTIONS = { float32: "<f4", int32: "<i4", bool: "|b1" } as const;

/**
 * The bytes of a NumPy file (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html), version 1:
 * a header padded so that the values begin at a multiple of 64.
 */
export function encodeNpy({ dtype, shape, data }: HostTensor): Uint8Array {
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const words = `{'descr': '${DESCRIPTIONS[dtype]}', 'fortran_order': False, 'shape': (${sides}), }`;
  const length = Math.ceil((10 + words.length + 1) / 64) * 64 - 10;
  const header = Buffer.alloc(10 + length, " ");
  header.write("\u0093NUMPY\u0001\u0000", "latin1");
  header.writeUInt16LE(length, 8);
  header.write(words, 10, "latin1");
  header.write("\n", 9 + length, "latin1");
  return Buffer.concat([header, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]);
}

export function writeNpy(path: string, tensor: HostTensor): void {
  try {
    writeFileSync(path, encodeNpy(tensor));
  } catch (error) {
    throw new UserError(
      `${path}: can't be written (${(error as Error).message}); give another folder with --npy`,
    );
  }
}
