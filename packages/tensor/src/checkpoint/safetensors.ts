/** The safetensors format (github.com/huggingface/safetensors): a JSON header, then raw little-endian data. */
import type { HostTensor } from "../host-tensor.js";
import { hostTensor } from "../host-tensor.js";
import { headerLength, LENGTH_BYTES, parseHeader } from "./safetensors-header.js";
import { floatToHalf, readValues } from "./values.js";

/** What a safetensors file holds. */
export interface Safetensors {
  readonly tensors: Record<string, HostTensor>;
  /** Free text by key, from `__metadata__`. */
  readonly metadata: Record<string, string>;
}

const DTYPE_NAMES = { float32: "F32", int32: "I32", bool: "BOOL" } as const;

/** How values are stored. */
export interface SafetensorsOptions {
  /** How floats are stored; F16 takes half the space and keeps about three digits. Default F32. */
  readonly floats?: "F32" | "F16";
}

/**
 * A safetensors file in which every tensor is aligned, in parts: its header, then the tensors, as views of
 * their own memory. Nothing is copied, and together they may be longer than an array can be.
 */
export function safetensorsParts(
  { tensors, metadata }: Safetensors,
  { floats = "F32" }: SafetensorsOptions = {},
): Uint8Array[] {
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
  const start = new Uint8Array(8 + headerLength).fill(0x20, 8);
  new DataView(start.buffer).setBigUint64(0, BigInt(headerLength), true);
  start.set(json, 8);
  const views = stored.map(
    ({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  );
  return [start, ...views];
}

/** The same in one array. */
export function encodeSafetensors(content: Safetensors, options?: SafetensorsOptions): Uint8Array {
  const parts = safetensorsParts(content, options);
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let position = 0;
  for (const part of parts) {
    bytes.set(part, position);
    position += part.length;
  }
  return bytes;
}

/**
 * Reads a whole file. F16, BF16 and F64 become float32; I8, I16 and I64 int32 (values beyond it wrap).
 * @param where names the file in errors
 */
export function decodeSafetensors(bytes: Uint8Array, where: string): Safetensors {
  const length = headerLength(bytes, bytes.length, where);
  const json = bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length);
  const { metadata, tensors } = parseHeader(json, bytes.length, where);
  const read = [...tensors].map(([name, { dtype, shape, begin, length }]) => {
    // A copy: the slice of a Buffer would share its memory, at any offset.
    const raw = new Uint8Array(bytes.subarray(begin, begin + length)).buffer;
    return [name, hostTensor(readValues(dtype, raw)!, shape)] as const;
  });
  return { tensors: Object.fromEntries(read), metadata };
}
