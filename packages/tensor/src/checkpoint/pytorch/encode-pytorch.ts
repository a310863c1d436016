import type { HostTensor } from "../../host-tensor.js";
import { Call, Name, type Pickled, pickle, Reference, Tuple } from "./pickle-writer.js";
import { encodeZip, type NewMember } from "./zip-writer.js";

/** What can be saved: tensors in records and lists, with plain values between them. */
export type PytorchContent =
  | HostTensor
  | string
  | number
  | boolean
  | null
  | readonly PytorchContent[]
  | { readonly [name: string]: PytorchContent };

const STORAGE_CLASSES: Readonly<Record<HostTensor["dtype"], string>> = {
  float32: "torch\nFloatStorage",
  int32: "torch\nIntStorage",
  bool: "torch\nBoolStorage",
};

const isTensor = (value: object): value is HostTensor =>
  "dtype" in value && "shape" in value && "data" in value && ArrayBuffer.isView(value.data);

/**
 * The bytes of a file that `torch.load` reads, also with `weights_only=True`: the zip layout of
 * PyTorch ≥ 1.6. Records become dictionaries.
 */
export function encodePytorch(content: PytorchContent): Uint8Array {
  const storages: Uint8Array[] = [];
  const root = pickle(describe(content, storages));
  const file = (name: string, data: Uint8Array): NewMember => ({ name: `archive/${name}`, data });
  return encodeZip([
    file("data.pkl", root),
    file("byteorder", new TextEncoder().encode("little")),
    ...storages.map((data, key) => file(`data/${key}`, data)),
    file("version", new TextEncoder().encode("3\n")),
  ]);
}

function describe(value: PytorchContent, storages: Uint8Array[]): Pickled {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value))
    return (value as readonly PytorchContent[]).map((item) => describe(item, storages));
  if (isTensor(value)) return describeTensor(value, storages);
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, describe(item, storages)]),
  );
}

function describeTensor({ dtype, shape, data }: HostTensor, storages: Uint8Array[]): Pickled {
  const key = storages.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) - 1;
  const storage = ["storage", new Name(STORAGE_CLASSES[dtype]), String(key), "cpu", data.length];
  const strides = shape.map((_, axis) =>
    shape.slice(axis + 1).reduce((product, side) => product * side, 1),
  );
  return new Call("torch._utils\n_rebuild_tensor_v2", [
    new Reference(new Tuple(storage)),
    0,
    new Tuple(shape),
    new Tuple(strides),
    false,
    new Call("collections\nOrderedDict", []),
  ]);
}
