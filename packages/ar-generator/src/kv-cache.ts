import { type HostTensor, hostTensor, type Tensor, tf } from "@fqgan/tensor";

/** Keys and values of one attention layer, of one position or all: [B, heads, positions, D] each. */
export type KeysAndValues<T> = { readonly keys: T; readonly values: T };

/**
 * Keys and values of the positions already seen, for every layer. A decoding step reads all of them and
 * returns one new position's, which is written here in place: nothing else is ever copied. Rows of
 * positions not yet written need no clearing, the mask hides them.
 */
export class KvCache {
  /** By layer; what a step takes as its input. */
  readonly layers: Record<string, KeysAndValues<HostTensor>>;

  constructor(shape: {
    layers: number;
    rows: number;
    heads: number;
    positions: number;
    depth: number;
  }) {
    const sides = [shape.rows, shape.heads, shape.positions, shape.depth];
    const size = sides.reduce((product, side) => product * side, 1);
    const empty = () => hostTensor(new Float32Array(size), sides);
    this.layers = Object.fromEntries(
      Array.from({ length: shape.layers }, (_, i) => [i, { keys: empty(), values: empty() }]),
    );
  }

  /** Stores what a step returned for a position: [B, heads, 1, D] for each layer. */
  write(position: number, layers: Readonly<Record<string, KeysAndValues<HostTensor>>>): void {
    for (const [layer, { keys, values }] of Object.entries(layers)) {
      const cache = this.layers[layer]!;
      writeRows(cache.keys, keys, position);
      writeRows(cache.values, values, position);
    }
  }
}

function writeRows(cache: HostTensor, added: HostTensor, position: number): void {
  const [batch, heads, positions, depth] = cache.shape as [number, number, number, number];
  for (let row = 0; row < batch * heads; row++)
    cache.data.set(
      added.data.subarray(row * depth, (row + 1) * depth) as Float32Array,
      (row * positions + position) * depth,
    );
}

/** [1, N] added to attention logits: 0 before `position` (int32 [1]), else a large negative number. */
export function maskFrom(position: Tensor, count: number): Tensor {
  const all = tf.tensor1d(
    Int32Array.from({ length: count }, (_, i) => i),
    "int32",
  );
  const hidden = tf.cast(tf.greaterEqual(all, position), "float32");
  return tf.mul(tf.reshape(hidden, [1, count]), -1e9);
}
