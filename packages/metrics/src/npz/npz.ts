/** NumPy's .npz: a zip of .npy members, stored or deflated; both directions. */
import { crc32, inflateRawSync } from "node:zlib";
import { UserError } from "@fqgan/registry";
import { decodeNpy, encodeNpy, type NpyArray } from "./npy.js";

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const LOCATOR_64 = 0x07064b50;

/** Named arrays as an uncompressed .npz, as `numpy.savez` writes it. */
export function encodeNpz(arrays: Readonly<Record<string, NpyArray>>): Uint8Array {
  const members = Object.entries(arrays).map(([name, array]) => ({
    name: new TextEncoder().encode(`${name}.npy`),
    bytes: encodeNpy(array),
  }));
  const chunks: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, bytes } of members) {
    const common = new DataView(new ArrayBuffer(26));
    common.setUint16(0, 20, true); // version needed
    common.setUint16(8, 0x21, true); // date: 1 January 1980, so that equal arrays give equal files
    common.setUint32(10, crc32(bytes), true);
    common.setUint32(14, bytes.length, true);
    common.setUint32(18, bytes.length, true);
    common.setUint16(22, name.length, true);
    const fields = new Uint8Array(common.buffer);
    const central = new Uint8Array(46 + name.length);
    const centralView = new DataView(central.buffer);
    centralView.setUint32(0, CENTRAL, true);
    centralView.setUint16(4, 20, true);
    central.set(fields, 6);
    centralView.setUint32(42, offset, true);
    central.set(name, 46);
    directory.push(central);
    const local = new Uint8Array(30 + name.length);
    new DataView(local.buffer).setUint32(0, LOCAL, true);
    local.set(fields, 4);
    local.set(name, 30);
    chunks.push(local, bytes);
    offset += local.length + bytes.length;
  }
  const size = directory.reduce((sum, entry) => sum + entry.length, 0);
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, END, true);
  end.setUint16(8, members.length, true);
  end.setUint16(10, members.length, true);
  end.setUint32(12, size, true);
  end.setUint32(16, offset, true);
  return concatenate([...chunks, ...directory, new Uint8Array(end.buffer)]);
}

/**
 * The arrays in an `.npz` by name; a damaged one is a UserError.
 * @param where names the file in errors
 */
export function decodeNpz(bytes: Uint8Array, where: string): Record<string, NpyArray> {
  const { offset, size } = findDirectory(bytes, bytes.length, where);
  const arrays: Record<string, NpyArray> = {};
  for (const member of parseDirectory(bytes.subarray(offset, offset + size), where)) {
    const start = member.local + localLength(bytes.subarray(member.local));
    const raw = bytes.subarray(start, start + member.packed);
    const content = member.method === 0 ? raw : inflateRawSync(raw);
    arrays[member.name] = decodeNpy(content, `${where}: ${member.name}`);
  }
  return arrays;
}

/** An array inside the zip. */
export interface Member {
  readonly name: string;
  /** 0 stored, 8 deflated */
  readonly method: 0 | 8;
  /** Bytes as they lie in the file. */
  readonly packed: number;
  /** Where its local header begins. */
  readonly local: number;
}

/** Where a zip's directory lies; `tail` is the end of a file of `length` bytes. */
export function findDirectory(
  tail: Uint8Array,
  length: number,
  where: string,
): { readonly offset: number; readonly size: number } {
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  let end = tail.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== END) end--;
  if (end < 0)
    throw new UserError(`${where}: expected an .npz file, got no zip directory; copy it again`);
  if (end >= 20 && view.getUint32(end - 20, true) === LOCATOR_64) {
    // Files over 4 GiB say it in a record of 64-bit numbers.
    const record = Number(view.getBigUint64(end - 12, true)) - (length - tail.length);
    return {
      size: Number(view.getBigUint64(record + 40, true)),
      offset: Number(view.getBigUint64(record + 48, true)),
    };
  }
  return { size: view.getUint32(end + 12, true), offset: view.getUint32(end + 16, true) };
}

export function parseDirectory(directory: Uint8Array, where: string): Member[] {
  const view = new DataView(directory.buffer, directory.byteOffset, directory.byteLength);
  const members: Member[] = [];
  for (let at = 0; at < directory.length && view.getUint32(at, true) === CENTRAL; ) {
    const method = view.getUint16(at + 10, true);
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const name = new TextDecoder().decode(directory.subarray(at + 46, at + 46 + nameLength));
    if (method !== 0 && method !== 8)
      throw new UserError(`${where}: ${name}: expected a stored or deflated member, got ${method}`);
    // 64-bit sizes follow in this order, each only where its 32-bit field is full.
    let wide = at + 46 + nameLength + 4;
    const number = (field: number) => {
      const value = view.getUint32(at + field, true);
      if (value !== 0xffffffff) return value;
      wide += 8;
      return Number(view.getBigUint64(wide - 8, true));
    };
    number(24);
    members.push({
      name: name.replace(/\.npy$/, ""),
      method,
      packed: number(20),
      local: number(42),
    });
    at += 46 + nameLength + extraLength + view.getUint16(at + 32, true);
  }
  return members;
}

/** Length of a local header, which the member's bytes follow. */
export function localLength(header: Uint8Array): number {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  return 30 + view.getUint16(26, true) + view.getUint16(28, true);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
