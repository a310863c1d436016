/** NumPy's .npz: a zip of .npy members, stored or deflated; both directions. */
import { crc32, inflateRawSync } from "node:zlib";
import { UserError } from "@fqgan/registry";
import { decodeNpy, encodeNpy, type NpyArray } from "./npy.js";

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;

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

/** @param where names the file in errors */
export function decodeNpz(bytes: Uint8Array, where: string): Record<string, NpyArray> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== END) end--;
  if (end < 0)
    throw new UserError(`${where}: expected an .npz file, got no zip directory; copy it again`);
  const arrays: Record<string, NpyArray> = {};
  let at = view.getUint32(end + 16, true);
  for (let entry = view.getUint16(end + 10, true); entry > 0; entry--) {
    const method = view.getUint16(at + 10, true);
    const packed = view.getUint32(at + 20, true);
    const nameLength = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const local = view.getUint32(at + 42, true);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const raw = bytes.subarray(start, start + packed);
    if (method !== 0 && method !== 8)
      throw new UserError(`${where}: ${name}: expected a stored or deflated member, got ${method}`);
    const content = method === 0 ? raw : inflateRawSync(raw);
    arrays[name.replace(/\.npy$/, "")] = decodeNpy(content, `${where}: ${name}`);
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return arrays;
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
