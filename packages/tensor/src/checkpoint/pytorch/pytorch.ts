/** Checkpoints of `torch.save`, in its zip layout and the one before PyTorch 1.6. */
import { UserError } from "@fqgan/registry";
import type { HostTensor } from "../../host-tensor.js";
import type { ByteSource } from "./byte-source.js";
import { beginsLegacy, openLegacy } from "./legacy-layout.js";
import { Global } from "./pickle.js";
import { PytorchTensor } from "./tensor.js";
import { openZipped } from "./zip-layout.js";

/** What a checkpoint holds: tensors in records and lists, with plain values between them. */
export type PytorchValue =
  | PytorchTensor
  | string
  | number
  | boolean
  | null
  | PytorchValue[]
  | { readonly [name: string]: PytorchValue };

/** Deeper nesting than any checkpoint's: a damaged or hostile file. */
const DEEPEST = 100;

/** All four bytes of an entry's signature: two of them may also begin a safetensors file. */
const beginsWithZip = (start: Uint8Array) =>
  [0x50, 0x4b, 3, 4].every((byte, i) => start[i] === byte);

/** Whether a file that begins with these four bytes may be one of torch.save. */
export const isPytorchFile = (start: Uint8Array): boolean =>
  beginsWithZip(start) || beginsLegacy(start);

/** Opens a checkpoint. Values of tensors are read later, one by one. @param where names it in errors */
export async function openPytorch(source: ByteSource, where: string): Promise<PytorchValue> {
  const start = await source.read(0, 4);
  if (beginsWithZip(start)) return plain(await openZipped(source, where), where);
  if (beginsLegacy(start)) return plain(await openLegacy(source, where), where);
  throw new UserError(
    `${where}: expected a file of torch.save (a zip archive, or pickles before PyTorch 1.6), ` +
      "got something else; was it copied completely?",
  );
}

/** All tensors of a record, such as a checkpoint's `model`, by name. */
export async function loadTensors(record: PytorchValue): Promise<Record<string, HostTensor>> {
  const loaded: [string, HostTensor][] = [];
  for (const [name, value] of Object.entries(record as Record<string, PytorchValue>))
    if (value instanceof PytorchTensor) loaded.push([name, await value.load()]);
  return Object.fromEntries(loaded);
}

/** Maps as records, deeply. What is shared stays shared: repeating it could fill the memory. */
function plain(
  value: unknown,
  where: string,
  seen = new Map<unknown, PytorchValue>(),
  depth = 0,
): PytorchValue {
  if (value instanceof Global) return value.name;
  const isList = Array.isArray(value);
  if (!isList && !(value instanceof Map)) return value as PytorchValue;
  const known = seen.get(value);
  if (known !== undefined) return known;
  if (depth > DEEPEST)
    throw new UserError(`${where}: it is nested more than ${DEEPEST} deep; no checkpoint is`);
  const inner = (item: unknown) => plain(item, where, seen, depth + 1);
  if (isList) {
    const list: PytorchValue[] = [];
    seen.set(value, list);
    for (const item of value) list.push(inner(item));
    return list;
  }
  // without a prototype: a key of any name is only a key
  const record: Record<string, PytorchValue> = Object.create(null);
  seen.set(value, record);
  for (const [key, item] of value)
    record[key instanceof Global ? key.name : String(key)] = inner(item);
  return record;
}
