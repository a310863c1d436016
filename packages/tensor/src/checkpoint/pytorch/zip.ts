import { UserError } from "@fqgan/registry";
import type { ByteSource } from "./byte-source.js";

/** One file of an archive. */
export interface ZipMember {
  /** In bytes. */
  readonly length: number;
  /** All of it by default. */
  read(offset?: number, length?: number): Promise<Uint8Array>;
}

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
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
  const directory = await readDirectory(source, refuse);
  const members = new Map<string, ZipMember>();
  for (const { name, length, header } of entries(directory, refuse))
    members.set(name, {
      length,
      async read(offset = 0, wanted = length - offset) {
        if (offset + wanted > length) return refuse(`${name} is shorter than expected`);
        const local = view(await source.read(header, 30));
        if (local.byteLength < 30 || local.getUint32(0, true) !== LOCAL)
          return refuse(`${name} is cut off`);
        const skipped = 30 + local.getUint16(26, true) + local.getUint16(28, true);
        const bytes = await source.read(header + skipped + offset, wanted);
        return bytes.length === wanted ? bytes : refuse(`${name} is cut off`);
      },
    });
  return members;
}

type Refuse = (problem: string) => never;

/** The list of members, which lies near the end of the file. */
async function readDirectory(source: ByteSource, refuse: Refuse) {
  const tailStart = Math.max(0, source.size - LONGEST_END - 20);
  const tail = view(await source.read(tailStart, source.size - tailStart));
  let end = tail.byteLength - 22;
  while (end >= 0 && tail.getUint32(end, true) !== END) end--;
  if (end < 0) return refuse("its directory is missing");
  let count = tail.getUint16(end + 10, true);
  let size = tail.getUint32(end + 12, true);
  let start = tail.getUint32(end + 16, true);
  if (end >= 20 && tail.getUint32(end - 20, true) === LOCATOR_64) {
    const at = u64(tail, end - 12);
    const record = at + 56 > source.size ? undefined : view(await source.read(at, 56));
    if (record?.getUint32(0, true) !== END_64) return refuse("its zip64 directory is missing");
    count = u64(record, 32);
    size = u64(record, 40);
    start = u64(record, 48);
  }
  if (start + size > source.size) return refuse("its directory is cut off");
  return { count, data: view(await source.read(start, size)) };
}

function* entries({ count, data }: { count: number; data: DataView }, refuse: Refuse) {
  let at = 0;
  for (let i = 0; i < count; i++) {
    const nameLength = at + 46 > data.byteLength ? 0 : data.getUint16(at + 28, true);
    const extraLength = nameLength === 0 ? 0 : data.getUint16(at + 30, true);
    const extraStart = at + 46 + nameLength;
    const extraEnd = extraStart + extraLength;
    if (nameLength === 0 || extraEnd > data.byteLength || data.getUint32(at, true) !== CENTRAL)
      return refuse(`entry ${i} is damaged`);
    const name = new TextDecoder().decode(
      new Uint8Array(data.buffer, data.byteOffset + at + 46, nameLength),
    );
    if (data.getUint16(at + 10, true) !== 0)
      return refuse(`${name} is compressed; save it again with torch.save`);
    const short = {
      length: data.getUint32(at + 24, true),
      compressed: data.getUint32(at + 20, true),
      header: data.getUint32(at + 42, true),
    };
    yield { name, ...longSizes(data, { ...short, start: extraStart, end: extraEnd }) };
    at = extraEnd + data.getUint16(at + 32, true);
  }
}

/** Sizes that don't fit in 32 bits stand in an extra field, and only those, in this order. */
function longSizes(
  data: DataView,
  entry: { length: number; compressed: number; header: number; start: number; end: number },
): { length: number; header: number } {
  let { length, header } = entry;
  let at = entry.start;
  while (at + 4 <= entry.end) {
    const next = at + 4 + data.getUint16(at + 2, true);
    if (data.getUint16(at, true) === 1 && next <= entry.end) {
      let field = at + 4;
      const take = () => {
        field += 8;
        return field <= next ? u64(data, field - 8) : 0;
      };
      if (length === LARGE) length = take();
      if (entry.compressed === LARGE) take();
      if (header === LARGE) header = take();
    }
    at = next;
  }
  return { length, header };
}
