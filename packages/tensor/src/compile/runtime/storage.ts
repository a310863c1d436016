/**
 * The values of variables, where tfjs's cpu backend keeps them. A compiled program reads that very
 * array and its new value takes the array's place, so nothing is copied and eager code, checkpoints
 * and other compiled programs always see the current value.
 */
import type { HostTensor } from "../../host-tensor.js";
import { type Tensor, tf, type Variable } from "../../tf-core.js";

type Values = HostTensor["data"];

interface Entry {
  values: Values;
}

interface CpuStorage {
  readonly data: {
    get(dataId: tf.DataId): Entry;
  };
  refCount(dataId: tf.DataId): number;
}

const storage = () => tf.findBackend("cpu") as unknown as CpuStorage;

const arrayType = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** Arrays that a compiled program made and nobody else holds: they may be written to. */
const ours = new WeakSet<Values>();

/** An array for each variable that is free to take its next value. */
const spares = new WeakMap<Variable, Values>();

/**
 * Gives a variable an array of its own if another tensor shares it (after `a.assign(b)`, or while a
 * clone lives), since a later swap would change that tensor too.
 */
export function separate(variable: Variable): void {
  if (storage().refCount(variable.dataId) <= 1) return;
  const copy = storage().data.get(variable.dataId).values.slice();
  const tensor = tf.tensor(copy, variable.shape, variable.dtype);
  variable.assign(tensor as Tensor<tf.Rank>);
  tensor.dispose();
}

/** The variable's current array, of the array type that belongs to its dtype. */
export function currentValues(variable: Variable): Values {
  separate(variable);
  const entry = storage().data.get(variable.dataId);
  const Type = arrayType[variable.dtype as HostTensor["dtype"]];
  // tfjs leaves the old array type behind where a cast loses nothing.
  if (!(entry.values instanceof Type)) entry.values = Type.from(entry.values as Float32Array);
  return entry.values;
}

/** An array to write the variable's next value to; never its current one. */
export function spareValues(variable: Variable): Values {
  const spare = spares.get(variable);
  spares.delete(variable);
  if (spare && spare !== storage().data.get(variable.dataId).values) return spare;
  return new arrayType[variable.dtype as HostTensor["dtype"]](variable.size);
}

/** Makes `next`, which came from `spareValues`, the variable's value; its old array becomes the spare. */
export function replaceValues(variable: Variable, next: Values): void {
  const entry = storage().data.get(variable.dataId);
  if (ours.has(entry.values)) spares.set(variable, entry.values);
  entry.values = next;
  ours.add(next);
}

/** Values on a device: one place of memory that only a variable knows of. */
export interface Elsewhere {
  fetch(): Values;
  release(): void;
}

const places = new WeakMap<Entry, Elsewhere>();

/** Where a variable's values are if they are not in main memory. */
export const elsewhere = (variable: Variable): Elsewhere | undefined =>
  places.get(storage().data.get(variable.dataId));

/**
 * Makes `place` hold the variable's values. They come home when anyone reads them (tfjs, a checkpoint,
 * a program of another engine) and are nowhere else from then on: what lies in one place only is
 * never out of date.
 */
export function keepElsewhere(variable: Variable, place: Elsewhere): void {
  const entry = storage().data.get(variable.dataId);
  const comeHome = (values: Values): void => {
    places.get(entry)?.release();
    places.delete(entry);
    define(entry, { value: values, writable: true });
  };
  places.get(entry)?.release();
  places.set(entry, place);
  define(entry, {
    get() {
      comeHome(place.fetch());
      return entry.values;
    },
    set: comeHome,
  });
}

const define = (entry: Entry, property: PropertyDescriptor): void =>
  void Object.defineProperty(entry, "values", {
    ...property,
    configurable: true,
    enumerable: true,
  });
