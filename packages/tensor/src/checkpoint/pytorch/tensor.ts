import { UserError } from "@fqgan/registry";
import { type HostTensor, hostTensor } from "../../host-tensor.js";
import { readValues } from "../values.js";

/** A tensor in a checkpoint; its values are read when asked for. */
export class PytorchTensor {
  constructor(
    readonly shape: readonly number[],
    private readonly read: () => Promise<HostTensor>,
  ) {}

  /** F16, BF16 and F64 as float32; I8, I16 and I64 as int32. */
  load(): Promise<HostTensor> {
    return this.read();
  }
}

/** Values that tensors are views of. */
export interface Storage {
  /** As safetensors names types. */
  readonly dtype: string;
  /** Of one value. */
  readonly bytes: number;
  /** How many values. */
  readonly count: number;
  /** @param offset, length in bytes */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** Which values of a storage a tensor shows, counted in values. */
export interface TensorView {
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** More values than any weight has: a damaged or hostile file. */
const LARGEST = 2 ** 31;

const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;
const areCounts = (values: unknown): values is number[] =>
  Array.isArray(values) && values.every(isCount);
const product = (sides: readonly number[]) => sides.reduce((size, side) => size * side, 1);

/** A view of a storage. @param where names the file in errors */
export function viewTensor(storage: Storage, view: TensorView, where: string): PytorchTensor {
  const { offset, shape, strides } = view;
  const refuse = (problem: string): never => {
    throw new UserError(`${where}: a tensor is damaged: ${problem}; was the file edited?`);
  };
  if (!isCount(offset) || !areCounts(shape) || !areCounts(strides))
    return refuse("its offset, shape or strides are no counts");
  if (shape.length !== strides.length)
    return refuse(`${shape.length} sides, ${strides.length} strides`);
  const size = product(shape);
  if (size > LARGEST) return refuse(`its shape [${shape}] is too large`);
  const reach = shape.reduce((last, side, axis) => last + (side - 1) * strides[axis]!, 0);
  const length = size === 0 ? 0 : reach + 1;
  if (offset + length > storage.count)
    return refuse(`it needs ${offset + length} values of a storage of ${storage.count}`);
  return new PytorchTensor(shape, async () => {
    const raw = await storage.read(offset * storage.bytes, length * storage.bytes);
    if (raw.length !== length * storage.bytes) return refuse("its values are cut off");
    const values = readValues(storage.dtype, raw.slice().buffer)!;
    return hostTensor(isContiguous(view) ? values : gather(values, view), shape);
  });
}

/** The values of a view in row-major order. */
function gather(values: HostTensor["data"], { shape, strides }: TensorView): HostTensor["data"] {
  const ordered = new (values.constructor as Float32ArrayConstructor)(product(shape));
  for (let flat = 0; flat < ordered.length; flat++) {
    let rest = flat;
    let at = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += (rest % shape[axis]!) * strides[axis]!;
      rest = Math.floor(rest / shape[axis]!);
    }
    ordered[flat] = values[at]!;
  }
  return ordered;
}

function isContiguous({ shape, strides }: TensorView): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}
