/** NumPy's .npy format (numpy.lib.format): a short header, then raw values; little-endian, C order. */
import { UserError } from "@fqgan/registry";

const CODECS = {
  "<f8": Float64Array,
  "<f4": Float32Array,
  "<i4": Int32Array,
  "<u4": Uint32Array,
  "<i8": BigInt64Array,
  "<u2": Uint16Array,
  "|u1": Uint8Array,
} as const;

export type NpyData =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | Uint16Array
  | Uint8Array;

/** An array of NumPy: its values in C order. */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly data: NpyData;
}

const MAGIC = "\x93NUMPY";

/** The bytes of an `.npy` file. */
export function encodeNpy({ shape, data }: NpyArray): Uint8Array {
  const code = Object.entries(CODECS).find(([, type]) => data instanceof type)![0];
  const sides = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const dictionary = `{'descr': '${code}', 'fortran_order': False, 'shape': (${sides}), }`;
  // The values start at a multiple of 64 bytes.
  const header = `${dictionary.padEnd(Math.ceil((dictionary.length + 11) / 64) * 64 - 11)}\n`;
  const bytes = new Uint8Array(10 + header.length + data.byteLength);
  bytes.set(Uint8Array.from(`${MAGIC}\x01\x00`, (c) => c.charCodeAt(0)));
  new DataView(bytes.buffer).setUint16(8, header.length, true);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + header.length);
  return bytes;
}

/** How an array is stored: everything but its values. */
export interface NpyHeader {
  readonly shape: readonly number[];
  readonly type: (typeof CODECS)[keyof typeof CODECS];
  /** Bytes before the first value. */
  readonly start: number;
}

/** @param bytes the beginning of the file; @param where names it in errors */
export function decodeNpyHeader(bytes: Uint8Array, where: string): NpyHeader {
  const text = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to));
  if (text(0, 6) !== MAGIC)
    throw new UserError(
      `${where}: expected a .npy file, got other bytes; was it copied completely?`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const long = bytes[6]! >= 2;
  const from = long ? 12 : 10;
  const start = from + (long ? view.getUint32(8, true) : view.getUint16(8, true));
  const header = text(from, start);
  const code = /'descr':\s*'([^']*)'/.exec(header)?.[1] ?? "";
  const type = CODECS[code as keyof typeof CODECS];
  const shapeText = /'shape':\s*\(([^)]*)\)/.exec(header)?.[1];
  if (!type || shapeText === undefined || header.includes("'fortran_order': True"))
    throw new UserError(
      `${where}: expected a C-order array of ${Object.keys(CODECS).join(", ")}, got ${header.trim()}; ` +
        "convert it with numpy.ascontiguousarray and astype",
    );
  const shape = shapeText.split(",").flatMap((side) => (side.trim() ? [Number(side)] : []));
  return { shape, type, start };
}

/**
 * The array in an `.npy` file; one that is damaged is a UserError.
 * @param where names the file in errors
 */
export function decodeNpy(bytes: Uint8Array, where: string): NpyArray {
  const { shape, type, start } = decodeNpyHeader(bytes, where);
  const length = shape.reduce((product, side) => product * side, 1) * type.BYTES_PER_ELEMENT;
  if (bytes.length < start + length)
    throw new UserError(
      `${where}: expected ${length} bytes of values for shape (${shape}), got ${bytes.length - start}; ` +
        "was it copied completely?",
    );
  // A copy: a Buffer's slice would share memory at any offset.
  const values = new Uint8Array(bytes.subarray(start, start + length));
  return { shape, data: new type(values.buffer) };
}
