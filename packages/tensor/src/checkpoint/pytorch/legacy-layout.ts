/**
 * The layout of torch.save before PyTorch 1.6, which many published files still have: five pickles (a
 * magic number, the version, facts about the machine, the content, the keys of the storages), then each
 * storage as its length and its values.
 */
import { UserError } from "@fqgan/registry";
import type { ByteSource } from "./byte-source.js";
import { constructorsFor, type StorageReference, storageReference } from "./constructors.js";
import { CutOffError, unpickle } from "./pickle.js";
import type { Storage } from "./tensor.js";

const MAGIC = Number(0x1950a86a20f9469cfc6cn);
const VERSION = 1001;
/** How much is read at first: all pickles of most files. */
const HEAD = 2 ** 18;

/** A pickle (protocol 2 or later) that begins with a long of ten bytes, as the magic number is. */
export const beginsLegacy = (start: Uint8Array): boolean =>
  start[0] === 0x80 && start[1]! >= 2 && start[2] === 0x8a && start[3] === 10;

/** What was saved. Values of tensors are read later. */
export async function openLegacy(source: ByteSource, where: string): Promise<unknown> {
  // Where the pickles end is not written down: more is read until they are whole.
  for (let length = HEAD; ; length *= 4) {
    const head = await source.read(0, Math.min(length, source.size));
    try {
      return await openHead(head, source, where);
    } catch (error) {
      if (!(error instanceof CutOffError) || length >= source.size) throw error;
    }
  }
}

async function openHead(head: Uint8Array, source: ByteSource, where: string): Promise<unknown> {
  let end = 0;
  const references = new Map<string, StorageReference>();
  const starts = new Map<string, number>();
  const persistent = (id: unknown): Storage => {
    const reference = storageReference(id, where);
    const { key, dtype, bytes, count, part } = reference;
    references.set(key, reference);
    const [first, values] = part ? [part[1], part[2]] : [0, count];
    return {
      dtype,
      bytes,
      count: values,
      read: (offset, length) => source.read(starts.get(key)! + first * bytes + offset, length),
    };
  };
  const next = () => {
    const constructors = constructorsFor(where);
    const { value, end: after } = unpickle(head, { constructors, persistent, where, start: end });
    end = after;
    return value;
  };
  if (next() !== MAGIC)
    throw new UserError(
      `${where}: expected a file of torch.save, got a pickle of something else; ` +
        "load it in Python and save its tensors with torch.save",
    );
  const version = next();
  if (version !== VERSION)
    throw new UserError(
      `${where}: expected version ${VERSION} of torch.save's layout, got ${version}`,
    );
  const machine = next();
  if (machine instanceof Map && machine.get("little_endian") === false)
    throw new UserError(`${where}: it was saved on a big-endian machine; save it again on another`);
  const content = next();
  const keys = next();
  if (!Array.isArray(keys))
    throw new UserError(`${where}: expected a list of storages; it is damaged`);
  await locate({ keys, references, starts, first: end, source, where });
  return content;
}

/** Walks over the storages and notes where the values of each begin. */
async function locate(options: {
  readonly keys: readonly string[];
  readonly references: ReadonlyMap<string, StorageReference>;
  readonly starts: Map<string, number>;
  readonly first: number;
  readonly source: ByteSource;
  readonly where: string;
}): Promise<void> {
  const { keys, references, starts, first, source, where } = options;
  let at = first;
  for (const key of keys) {
    const reference = references.get(key);
    if (!reference)
      throw new UserError(`${where}: nothing refers to its storage ${key}; it is damaged`);
    const length = await source.read(at, 8);
    const count =
      length.length < 8
        ? -1
        : Number(new DataView(length.buffer, length.byteOffset).getBigInt64(0, true));
    const end = at + 8 + count * reference.bytes;
    if (count < 0 || end > source.size)
      throw new UserError(
        `${where}: its storage ${key} is cut off at ${source.size} bytes; was it copied completely?`,
      );
    if (count < reference.count)
      throw new UserError(
        `${where}: its storage ${key} has ${count} values, expected ${reference.count}; it is damaged`,
      );
    starts.set(key, at + 8);
    at = end;
  }
  for (const key of references.keys())
    if (!starts.has(key))
      throw new UserError(`${where}: its storage ${key} is missing; the file is damaged`);
}
