/** The safetensors format (github.com/huggingface/safetensors): a JSON header, then raw little-endian data. */
import { UserError } from "@fqgan/registry";
import type { HostTensor } from "../host-tensor.js";
import { hostTensor } from "../host-tensor.js";
import { readValues } from "./values.js";

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

export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { dtype, shape, data }] of Object.entries(tensors)) {
    header[name] = {
      dtype: DTYPE_NAMES[dtype],
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
  for (const { data } of Object.values(tensors)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
}

/**
 * Reads a whole file. F16, BF16 and F64 become float32; I64 becomes int32 (values beyond it wrap).
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
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors: Record<string, HostTensor> = {};
  for (const [name, entry] of Object.entries(entries as Record<string, Entry>)) {
    const [start, end] = entry.data_offsets;
    const begin = 8 + headerLength + start;
    if (8 + headerLength + end > bytes.length) refuse(`tensor ${name} reaches beyond the end`);
    // A copy: the slice of a Buffer would share its memory, at any offset.
    const raw = new Uint8Array(bytes.subarray(begin, begin + end - start)).buffer;
    const values = readValues(entry.dtype, raw);
    if (!values) return refuse(`tensor ${name} has dtype ${entry.dtype}`);
    tensors[name] = hostTensor(values, entry.shape);
  }
  return { tensors, metadata: metadata as Record<string, string> };
}
