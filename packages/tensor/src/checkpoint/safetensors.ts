/** The safetensors format (github.com/huggingface/safetensors): a JSON header, then raw little-endian data. */
import { UserError } from "@fqgan/registry";
import type { HostTensor } from "../host-tensor.js";
import { hostTensor } from "../host-tensor.js";
import { floatToHalf, readValues } from "./values.js";

export interface Safetensors {
  readonly tensors: Record<string, HostTensor>;
  /** Free text by key, from `__metadata__`. */
  readonly metadata: Record<string, string>;
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const DTYPE_NAMES = { float32: "F32", int32: "I32", bool: "BOOL" } as const;

export interface SafetensorsOptions {
  /** How floats are stored; F16 takes half the space and keeps about three digits. Default F32. */
  readonly floats?: "F32" | "F16";
}

/** Bytes of one value, of the types that can be read. */
const ITEM_BYTES: Readonly<Record<string, number>> = {
  F64: 8,
  I64: 8,
  F32: 4,
  I32: 4,
  F16: 2,
  BF16: 2,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

function isEntry(entry: Partial<Entry> | null): entry is Entry {
  const [start, end] = Array.isArray(entry?.data_offsets) ? entry.data_offsets : [];
  return (
    typeof entry?.dtype === "string" &&
    Array.isArray(entry.shape) &&
    entry.shape.every(isCount) &&
    isCount(start) &&
    isCount(end) &&
    start <= end
  );
}

export function encodeSafetensors(
  { tensors, metadata }: Safetensors,
  { floats = "F32" }: SafetensorsOptions = {},
): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  const stored = Object.entries(tensors).map(([name, { dtype, shape, data }]) => {
    const isHalf = dtype === "float32" && floats === "F16";
    return {
      name,
      shape,
      dtype: isHalf ? "F16" : DTYPE_NAMES[dtype],
      data: isHalf ? Uint16Array.from(data, floatToHalf) : data,
    };
  });
  // whole words first, so that every tensor stays aligned
  stored.sort((a, b) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  let offset = 0;
  for (const { name, dtype, shape, data } of stored) {
    header[name] = {
      dtype,
      shape,
      data_offsets: [offset, offset + data.byteLength],
    };
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(8 + headerLength + offset).fill(0x20, 8, 8 + headerLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerLength), true);
  bytes.set(json, 8);
  let position = 8 + headerLength;
  for (const { data } of stored) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
}

/**
 * Reads a whole file. F16, BF16 and F64 become float32; I8, I16 and I64 int32 (values beyond it wrap).
 * @param where names the file in errors
 */
export function decodeSafetensors(bytes: Uint8Array, where: string): Safetensors {
  const refuse = (problem: string): never => {
    throw new UserError(`${where}: not a safetensors file: ${problem}; was it copied completely?`);
  };
  if (bytes.length < 8) refuse(`expected at least 8 bytes, got ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  if (headerLength > bytes.length - 8)
    refuse(`the header claims ${headerLength} bytes, the file has ${bytes.length}`);
  let header: Record<string, Entry | Record<string, string>> = {};
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength)));
  } catch {
    refuse("the header is not JSON");
  }
  if (header === null || typeof header !== "object" || Array.isArray(header))
    refuse("the header is not a JSON object");
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors: Record<string, HostTensor> = {};
  for (const [name, entry] of Object.entries(entries as Record<string, Entry>)) {
    if (!isEntry(entry)) return refuse(`tensor ${name} has no valid dtype, shape and data_offsets`);
    const { dtype, shape } = entry;
    const [start, end] = entry.data_offsets;
    const begin = 8 + headerLength + start;
    if (8 + headerLength + end > bytes.length) refuse(`tensor ${name} reaches beyond the end`);
    const width = ITEM_BYTES[dtype];
    if (!width) return refuse(`tensor ${name} has dtype ${dtype}`);
    const size = shape.reduce((product, side) => product * side, 1);
    if (end - start !== size * width)
      refuse(
        `tensor ${name} has ${end - start} bytes, expected ${size * width} for ${dtype} [${shape}]`,
      );
    // A copy: the slice of a Buffer would share its memory, at any offset.
    const raw = new Uint8Array(bytes.subarray(begin, begin + end - start)).buffer;
    tensors[name] = hostTensor(readValues(dtype, raw)!, shape);
  }
  return { tensors, metadata: metadata as Record<string, string> };
}
