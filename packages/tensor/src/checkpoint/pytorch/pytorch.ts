/** Checkpoints of `torch.save` (PyTorch ≥ 1.6): a zip archive with a pickle and one file per storage. */
import { UserError } from "@fqgan/registry";
import { type HostTensor, hostTensor } from "../../host-tensor.js";
import { readValues } from "../values.js";
import { type Constructor, unpickle } from "./pickle.js";
import { type ByteSource, openZip, type ZipMember } from "./zip.js";

/** A tensor in a checkpoint; its values are read when asked for. */
export class PytorchTensor {
  constructor(
    readonly shape: readonly number[],
    private readonly read: () => Promise<HostTensor>,
  ) {}

  /** F16, BF16 and F64 as float32, I64 as int32. */
  load(): Promise<HostTensor> {
    return this.read();
  }
}

/** What a checkpoint holds: tensors in records and lists, with plain values between them. */
export type PytorchValue =
  | PytorchTensor
  | string
  | number
  | boolean
  | null
  | PytorchValue[]
  | { readonly [name: string]: PytorchValue };

interface Storage {
  readonly dtype: string;
  readonly bytes: number;
  readonly member: ZipMember;
}

const STORAGE_TYPES: Readonly<Record<string, { dtype: string; bytes: number }>> = {
  FloatStorage: { dtype: "F32", bytes: 4 },
  DoubleStorage: { dtype: "F64", bytes: 8 },
  HalfStorage: { dtype: "F16", bytes: 2 },
  BFloat16Storage: { dtype: "BF16", bytes: 2 },
  IntStorage: { dtype: "I32", bytes: 4 },
  LongStorage: { dtype: "I64", bytes: 8 },
  ByteStorage: { dtype: "U8", bytes: 1 },
  BoolStorage: { dtype: "BOOL", bytes: 1 },
};

/** Opens a checkpoint. Values of tensors are read later, one by one. */
export async function openPytorch(source: ByteSource, where: string): Promise<PytorchValue> {
  const members = await openZip(source, where);
  const pickleName = [...members.keys()].find((name) => name.endsWith("/data.pkl"));
  if (!pickleName)
    throw new UserError(`${where}: expected a file of torch.save, but it has no data.pkl`);
  const root = pickleName.slice(0, -"data.pkl".length);
  const bytes = await members.get(pickleName)!();
  const persistent = (id: unknown): Storage => {
    const [kind, type, name] = id as [string, { name?: string }, string];
    const known = STORAGE_TYPES[type?.name?.replace("torch.", "") ?? ""];
    const member = members.get(`${root}data/${name}`);
    if (kind !== "storage" || !known || !member)
      throw new UserError(`${where}: its storage ${name} is missing or of an unknown type`);
    return { ...known, member };
  };
  return plain(unpickle(bytes, { constructors: constructorsFor(where), persistent, where }));
}

/** All tensors of a record, such as a checkpoint's `model`, by name. */
export async function loadTensors(record: PytorchValue): Promise<Record<string, HostTensor>> {
  const loaded: Record<string, HostTensor> = {};
  for (const [name, value] of Object.entries(record as Record<string, PytorchValue>))
    if (value instanceof PytorchTensor) loaded[name] = await value.load();
  return loaded;
}

function constructorsFor(where: string): Record<string, Constructor> {
  const dictionary: Constructor = ([items]) => new Map((items as [unknown, unknown][]) ?? []);
  const tensor: Constructor = ([storage, offset, shape, strides]) => {
    const layout = { offset: offset as number, strides: strides as number[] };
    const sides = shape as number[];
    return new PytorchTensor(sides, () =>
      readTensor({ storage: storage as Storage, shape: sides, ...layout, where }),
    );
  };
  return {
    "collections.OrderedDict": dictionary,
    "argparse.Namespace": dictionary,
    "torch.Size": ([sides]) => sides,
    "torch._utils._rebuild_tensor_v2": tensor,
    "torch._utils._rebuild_parameter": ([data]) => data,
    // A storage's type is never called, only named in a reference.
    ...Object.fromEntries(
      Object.keys(STORAGE_TYPES).map((name) => [`torch.${name}`, () => undefined]),
    ),
  };
}

async function readTensor(options: {
  storage: Storage;
  offset: number;
  shape: readonly number[];
  strides: readonly number[];
  where: string;
}): Promise<HostTensor> {
  const { storage, offset, shape, strides, where } = options;
  const size = shape.reduce((product, side) => product * side, 1);
  const reach = shape.reduce((last, side, axis) => last + (side - 1) * strides[axis]!, 0);
  const length = size === 0 ? 0 : reach + 1;
  const raw = await storage.member(offset * storage.bytes, length * storage.bytes);
  const values = readValues(storage.dtype, raw.slice().buffer);
  if (!values) throw new UserError(`${where}: a tensor has the unknown type ${storage.dtype}`);
  if (isContiguous(shape, strides)) return hostTensor(values, shape);
  const ordered = new (values.constructor as Float32ArrayConstructor)(size);
  for (let flat = 0; flat < size; flat++) {
    let rest = flat;
    let at = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += (rest % shape[axis]!) * strides[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    ordered[flat] = values[at]!;
  }
  return hostTensor(ordered, shape);
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}

/** Maps as records, deeply. */
function plain(value: unknown): PytorchValue {
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, item]) => [String(key), plain(item)]));
  if (Array.isArray(value)) return value.map(plain);
  return value as PytorchValue;
}
