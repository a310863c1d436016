import type { HostTensor } from "../../host-tensor.js";
import { hostTensor } from "../../host-tensor.js";
import { createKey, fold, permutation, uniform } from "../../random.js";
import type { Tensor } from "../../tf.js";

/** One use of tfjs that every engine must compute as eager tfjs does. */
export interface Case {
  readonly name: string;
  readonly inputs: Readonly<Record<string, HostTensor>>;
  readonly program: (inputs: Record<string, Tensor>) => Tensor | Record<string, Tensor>;
  /** Inputs by which the program's (single) output is differentiated, too. */
  readonly gradients?: readonly string[];
}

const key = createKey(20241125);

/** Values in [low, high), never twice the same for different names. */
export function random(
  name: string,
  shape: readonly number[],
  { low = -2, high = 2 }: { low?: number; high?: number } = {},
): HostTensor {
  const size = shape.reduce((product, side) => product * side, 1);
  const values = uniform(fold(key, name), size).map((value) => low + (high - low) * value);
  return hostTensor(values, shape);
}

/** Values in [-2, 2) in random order, no two of them closer than their even spacing. */
export function distinct(name: string, shape: readonly number[]): HostTensor {
  const size = shape.reduce((product, side) => product * side, 1);
  const order = permutation(fold(key, name), size);
  return hostTensor(
    Float32Array.from(order, (place) => (4 * place) / size - 2),
    shape,
  );
}

/** Whole numbers in [low, high). */
export function integers(
  name: string,
  shape: readonly number[],
  { low = 0, high = 10 }: { low?: number; high?: number } = {},
): HostTensor {
  const { data } = random(name, shape, { low, high });
  return hostTensor(Int32Array.from(data, Math.floor), shape);
}

export function booleans(name: string, shape: readonly number[]): HostTensor {
  const { data } = random(name, shape);
  return hostTensor(
    Uint8Array.from(data, (value) => (value > 0 ? 1 : 0)),
    shape,
  );
}

export const given = (values: readonly number[], shape?: readonly number[]): HostTensor =>
  hostTensor(Float32Array.from(values), shape ?? [values.length]);

/** A case for each combination of two lists. */
export const each = <A, B>(as: readonly A[], bs: readonly B[], make: (a: A, b: B) => Case[]) =>
  as.flatMap((a) => bs.flatMap((b) => make(a, b)));
