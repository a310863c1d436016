import { type Tensor, tf } from "./tf.js";

/** Values in main memory with their shape: what goes into and comes out of a compiled function. */
export interface HostTensor {
  readonly dtype: "float32" | "int32" | "bool";
  readonly shape: readonly number[];
  /** Row-major; its length is the product of `shape`. */
  readonly data: Float32Array | Int32Array | Uint8Array;
}

/** A (nested) record of `T`. */
export type Tree<T> = T | { readonly [name: string]: Tree<T> };

/** The same record with every tensor replaced by host values. */
export type Fetched<O> = O extends Tensor ? HostTensor : { [K in keyof O]: Fetched<O[K]> };
/** The host values that a program of these tensors is called with. */
export type Hosted<F> = F extends Tensor
  ? HostTensor
  : F extends object
    ? { [K in keyof F]: Hosted<F[K]> }
    : never;
/** The same record with every host value replaced by a tensor. */
export type Fed<I> = I extends HostTensor ? Tensor : { [K in keyof I]: Fed<I[K]> };

/** Values in main memory as a tensor; another number of values than the shape has is an error. */
export function hostTensor(
  data: HostTensor["data"],
  shape: readonly number[] = [data.length],
): HostTensor {
  const size = shape.reduce((product, side) => product * side, 1);
  if (size !== data.length)
    throw new Error(`hostTensor: expected ${size} values for [${shape}], got ${data.length}`);
  const dtype =
    data instanceof Float32Array ? "float32" : data instanceof Int32Array ? "int32" : "bool";
  return { dtype, shape, data };
}

/** Host values as a tensor of the current backend. The values are not copied by the cpu backend. */
export function toTensor(host: HostTensor): Tensor {
  return tf.tensor(host.data, [...host.shape], host.dtype);
}

/** A tensor's values, read asynchronously (works on every backend). */
export async function fetchTensor(tensor: Tensor): Promise<HostTensor> {
  const data = (await tensor.data()) as HostTensor["data"];
  return { dtype: tensor.dtype as HostTensor["dtype"], shape: tensor.shape, data };
}

/** Applies `f` to every leaf of a tree; `isLeaf` says what a leaf is. */
export function mapTree<A, B>(
  tree: Tree<A>,
  isLeaf: (node: Tree<A>) => node is A,
  f: (leaf: A, path: string) => B,
  path = "",
): Tree<B> {
  if (isLeaf(tree)) return f(tree, path);
  return Object.fromEntries(
    Object.entries(tree as { [name: string]: Tree<A> }).map(([name, child]) => [
      name,
      mapTree(child, isLeaf, f, path ? `${path}.${name}` : name),
    ]),
  );
}
