import { UserError } from "@fqgan/registry";

/** Bytes that can be read in parts: a file too large for memory, or an array. */
export interface ByteSource {
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Bytes already in memory as a source. */
export function byteSource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: async (offset, length) => Uint8Array.prototype.slice.call(bytes, offset, offset + length),
  };
}

/** Reads one member of an archive. */
export type ZipMember = (offset?: number, length?: number) => Promise<Uint8Array>;

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LONGEST_END = 22 + 65535;
const LARGE = 0xffffffff;

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const u64 = (data: DataView, offset: number) => Number(data.getBigUint64(offset, true));

/**
 * The members of a zip archive by name (PKWARE APPNOTE 6.3, zip64 included). Only stored members: that is
 * how torch.save writes them.
 */
export async function openZip(source: ByteSource, where: string): Promise<Map<string, ZipMember>> {
  const refuse = (problem: string): never => {
    throw new UserError(
      `${where}: not a complete zip archive: ${problem}; was it copied completely?`,
    );
  };
  const tailStart = Math.max(0, source.size - LONGEST_END - 20);
  const tail = view(await source.read(tailStart, source.size - tailStart));
  let end = tail.byteLength - 22;
  while (end >= 0 && tail.getUint32(end, true) !== END) end--;
  if (end < 0) return refuse("its directory is missing");
  let count = tail.getUint16(end + 10, true);
  let size = tail.getUint32(end + 12, true);
  let start = tail.getUint32(end + 16, true);
  if (end >= 20 && tail.getUint32(end - 20, true) === LOCATOR_64) {
    const record = view(await source.read(u64(tail, end - 12), 56));
    if (record.byteLength < 56 || record.getUint32(0, true) !== END_64)
      return refuse("its zip64 directory is missing");
    count = u64(record, 32);
    size = u64(record, 40);
    start = u64(record, 48);
  }
  const directory = view(await source.read(start, size));
  if (directory.byteLength !== size) return refuse("its directory is cut off");
  const members = new Map<string, ZipMember>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (directory.getUint32(at, true) !== CENTRAL) return refuse(`entry ${i} is damaged`);
    const nameLength = directory.getUint16(at + 28, true);
    const extraLength = directory.getUint16(at + 30, true);
    const commentLength = directory.getUint16(at + 32, true);
    const nameStart = directory.byteOffset + at + 46;
    const name = new TextDecoder().decode(new Uint8Array(directory.buffer, nameStart, nameLength));
    if (directory.getUint16(at + 10, true) !== 0)
      return refuse(`${name} is compressed; save it again with torch.save`);
    let length = directory.getUint32(at + 24, true);
    let header = directory.getUint32(at + 42, true);
    const compressed = directory.getUint32(at + 20, true);
    let extra = at + 46 + nameLength;
    const extraEnd = extra + extraLength;
    while (extra + 4 <= extraEnd) {
      if (directory.getUint16(extra, true) === 1) {
        // Only the fields that do not fit in 32 bits, in this order.
        let field = extra + 4;
        if (length === LARGE) {
          length = u64(directory, field);
          field += 8;
        }
        if (compressed === LARGE) field += 8;
        if (header === LARGE) header = u64(directory, field);
      }
      extra += 4 + directory.getUint16(extra + 2, true);
    }
    members.set(name, async (offset = 0, wanted = length - offset) => {
      const local = view(await source.read(header, 30));
      if (local.byteLength < 30) return refuse(`${name} is cut off`);
      const skipped = 30 + local.getUint16(26, true) + local.getUint16(28, true);
      const bytes = await source.read(header + skipped + offset, wanted);
      return bytes.length === wanted ? bytes : refuse(`${name} is cut off`);
    });
    at += 46 + nameLength + extraLength + commentLength;
  }
  return members;
}
