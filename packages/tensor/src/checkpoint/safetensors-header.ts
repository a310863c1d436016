/** Where a safetensors file keeps what: a length of eight bytes, a JSON header, then raw little-endian data. */
import { UserError } from "@fqgan/registry";

/** One tensor in a file. */
export interface StoredTensor {
  /** As safetensors names types. */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Its first byte in the file. */
  readonly begin: number;
  /** In bytes. */
  readonly length: number;
}

export interface SafetensorsHeader {
  /** Free text by key, from `__metadata__`. */
  readonly metadata: Record<string, string>;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** Of the header's length, before it. */
export const LENGTH_BYTES = 8;

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

const refusal = (where: string) => (problem: string) => {
  throw new UserError(`${where}: not a safetensors file: ${problem}; was it copied completely?`);
};

/**
 * Bytes of the header.
 * @param start the file's first eight bytes, or more
 * @param size of the whole file
 */
export function headerLength(start: Uint8Array, size: number, where: string): number {
  const refuse = refusal(where);
  if (start.length < LENGTH_BYTES) refuse(`expected at least 8 bytes, got ${start.length}`);
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length > size - LENGTH_BYTES)
    refuse(`the header claims ${length} bytes, the file has ${size}`);
  return length;
}

/**
 * What a safetensors header says of the tensors behind it; one that is damaged is a UserError.
 * @param json the header itself
 * @param size of the whole file
 * @param where names it in errors
 */
export function parseHeader(json: Uint8Array, size: number, where: string): SafetensorsHeader {
  const refuse: (problem: string) => never = refusal(where);
  let header: Record<string, Entry | Record<string, string>> = {};
  try {
    header = JSON.parse(new TextDecoder().decode(json));
  } catch {
    refuse("the header is not JSON");
  }
  if (header === null || typeof header !== "object" || Array.isArray(header))
    refuse("the header is not a JSON object");
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors = new Map<string, StoredTensor>();
  for (const [name, entry] of Object.entries(entries as Record<string, Entry>)) {
    if (!isEntry(entry)) return refuse(`tensor ${name} has no valid dtype, shape and data_offsets`);
    const { dtype, shape } = entry;
    const [start, end] = entry.data_offsets;
    const data = LENGTH_BYTES + json.length;
    if (data + end > size) refuse(`tensor ${name} reaches beyond the end`);
    const width = ITEM_BYTES[dtype];
    if (!width) return refuse(`tensor ${name} has dtype ${dtype}`);
    const values = shape.reduce((product, side) => product * side, 1);
    if (end - start !== values * width)
      refuse(
        `tensor ${name} has ${end - start} bytes, expected ${values * width} for ${dtype} [${shape}]`,
      );
    tensors.set(name, { dtype, shape, begin: data + start, length: end - start });
  }
  return { metadata: metadata as Record<string, string>, tensors };
}
