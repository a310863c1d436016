/** The names that a pickle of torch.save may hold. Whatever is not here is refused. */
import { UserError } from "@fqgan/registry";
import { Attributes, type Constructor, Global } from "./pickle.js";
import { type Storage, type TensorView, viewTensor } from "./tensor.js";

/** By the name of the storage's class: its type as safetensors names it, and the bytes of a value. */
const STORAGE_TYPES: Readonly<Record<string, { dtype: string; bytes: number }>> = {
  FloatStorage: { dtype: "F32", bytes: 4 },
  DoubleStorage: { dtype: "F64", bytes: 8 },
  HalfStorage: { dtype: "F16", bytes: 2 },
  BFloat16Storage: { dtype: "BF16", bytes: 2 },
  CharStorage: { dtype: "I8", bytes: 1 },
  ShortStorage: { dtype: "I16", bytes: 2 },
  IntStorage: { dtype: "I32", bytes: 4 },
  LongStorage: { dtype: "I64", bytes: 8 },
  ByteStorage: { dtype: "U8", bytes: 1 },
  BoolStorage: { dtype: "BOOL", bytes: 1 },
};

const OTHER_STORAGE_TYPES = [
  "ComplexFloatStorage",
  "ComplexDoubleStorage",
  "QInt8Storage",
  "QUInt8Storage",
  "QInt32Storage",
];

const NUMBER_TYPES = [
  "float64",
  "float32",
  "float16",
  "bfloat16",
  "int64",
  "int32",
  "uint8",
  "bool",
];

const isStorage = (value: unknown): value is Storage =>
  typeof value === "object" && value !== null && "read" in value;

/** Only named, or of no interest to whoever wants tensors. */
const nothing: Constructor = () => null;

/** What Lightning writes beside weights, as VQGAN's and Stable Diffusion's files have it: scores and settings. */
const BESIDE_WEIGHTS = [
  "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint",
  "numpy.core.multiarray.scalar",
  "numpy.dtype",
  "_codecs.encode",
];

const ignored = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, nothing]));
const torch = (name: string) => `torch.${name}`;

/** @param where names the file in errors */
export function constructorsFor(where: string): Record<string, Constructor> {
  const dictionary: Constructor = ([items]) =>
    new Map(Array.isArray(items) ? (items as [unknown, unknown][]) : []);
  const tensor: Constructor = ([storage, offset, shape, strides]) => {
    if (!isStorage(storage))
      throw new UserError(`${where}: a tensor has no storage; the file is damaged`);
    const view = { offset, shape, strides } as TensorView;
    return viewTensor(storage, view, where);
  };
  return {
    "collections.OrderedDict": dictionary,
    "argparse.Namespace": () => new Attributes(),
    "torch.Size": ([sides]) => sides,
    "torch.device": ([name]) => name,
    // of PyTorch before 0.4, and since
    "torch._utils._rebuild_tensor": tensor,
    "torch._utils._rebuild_tensor_v2": tensor,
    "torch._utils._rebuild_parameter": ([data]) => data,
    "builtins.set": ([items]) => items ?? [],
    "__builtin__.set": ([items]) => items ?? [],
    ...ignored(Object.keys(STORAGE_TYPES).map(torch)),
    ...ignored(OTHER_STORAGE_TYPES.map(torch)),
    ...ignored(NUMBER_TYPES.map(torch)),
    ...ignored(BESIDE_WEIGHTS),
  };
}

/** A reference to a storage, as both layouts write it. */
export interface StorageReference {
  readonly dtype: string;
  readonly bytes: number;
  readonly key: string;
  /** How many values. */
  readonly count: number;
  /** Of files before PyTorch 0.4, [key, first value, values]: the reference is to a part of the storage. */
  readonly part: readonly [string, number, number] | null;
}

/** @param where names the file in errors */
export function storageReference(id: unknown, where: string): StorageReference {
  const [kind, type, key, , count, part = null] = Array.isArray(id) ? id : [];
  if (kind !== "storage" || !(type instanceof Global) || typeof key !== "string")
    throw new UserError(`${where}: expected references to storages, got one to something else`);
  const known = STORAGE_TYPES[type.name.replace("torch.", "")];
  if (!known)
    throw new UserError(
      `${where}: its storage ${key} is a ${type.name}; expected real numbers ` +
        `(${Object.keys(STORAGE_TYPES).join(", ")})`,
    );
  return { ...known, key, count, part };
}
