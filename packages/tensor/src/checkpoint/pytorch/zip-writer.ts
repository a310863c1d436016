import { UserError } from "@fqgan/registry";

export interface NewMember {
  readonly name: string;
  readonly data: Uint8Array;
}

/** Members begin at multiples of this, as torch.save aligns them, so that files can be mapped. */
const ALIGNMENT = 64;
const LOCAL = 30;
const CENTRAL = 46;
const END = 22;
/** An extra field that only pads: torch.save calls it "FB". */
const PADDING = 0x4246;
const LARGEST = 0xffffffff;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff]!;
  return (crc ^ 0xffffffff) >>> 0;
}

/** A zip archive of stored, aligned members, up to 4 GiB. */
export function encodeZip(members: readonly NewMember[]): Uint8Array {
  let size = 0;
  const placed = members.map(({ name, data }) => {
    const label = new TextEncoder().encode(name);
    const header = size;
    const plainStart = header + LOCAL + label.length + 4;
    const padding = (ALIGNMENT - (plainStart % ALIGNMENT)) % ALIGNMENT;
    const start = plainStart + padding;
    size = start + data.length;
    return { label, data, header, padding, start, crc: crc32(data) };
  });
  const directory = size;
  for (const { label } of placed) size += CENTRAL + label.length;
  if (size > LARGEST)
    throw new UserError(
      `a zip archive of ${size} bytes: expected at most 4 GiB; write safetensors`,
    );
  const bytes = new Uint8Array(size + END);
  const out = new DataView(bytes.buffer);

  /** What both headers of a member hold, from the version on. */
  const facts = (at: number, { data, crc, label }: (typeof placed)[number]) => {
    out.setUint32(at + 10, crc, true);
    out.setUint32(at + 14, data.length, true);
    out.setUint32(at + 18, data.length, true);
    out.setUint16(at + 22, label.length, true);
  };
  let at = directory;
  for (const member of placed) {
    const { label, data, header, padding, start } = member;
    out.setUint32(header, 0x04034b50, true);
    facts(header + 4, member);
    out.setUint16(header + 28, padding + 4, true);
    bytes.set(label, header + LOCAL);
    out.setUint16(header + LOCAL + label.length, PADDING, true);
    out.setUint16(header + LOCAL + label.length + 2, padding, true);
    bytes.set(data, start);
    out.setUint32(at, 0x02014b50, true);
    facts(at + 6, member);
    out.setUint32(at + 42, header, true);
    bytes.set(label, at + CENTRAL);
    at += CENTRAL + label.length;
  }
  out.setUint32(at, 0x06054b50, true);
  out.setUint16(at + 8, placed.length, true);
  out.setUint16(at + 10, placed.length, true);
  out.setUint32(at + 12, at - directory, true);
  out.setUint32(at + 16, directory, true);
  return bytes;
}
