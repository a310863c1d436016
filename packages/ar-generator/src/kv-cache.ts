import { nn, type Tensor, tf, type Variable } from "@fqgan/tensor";

/**
 * Keys and values of the positions already seen, for one attention layer. They are variables, so a
 * compiled step keeps them as its state. Stale rows need no clearing: the mask hides them until they
 * are overwritten.
 */
export class KvCache extends nn.Module {
  /** [B, heads, N, D] */
  readonly keys: Variable;
  /** [B, heads, N, D] */
  readonly values: Variable;

  constructor(shape: { rows: number; heads: number; positions: number; depth: number }) {
    super();
    const sides = [shape.rows, shape.heads, shape.positions, shape.depth];
    const size = sides.reduce((product, side) => product * side, 1);
    this.keys = nn.buffer(new Float32Array(size), sides);
    this.values = nn.buffer(new Float32Array(size), sides);
  }

  /**
   * Stores one position's key and value [B, heads, 1, D] and returns all of them, [B, heads, N, D].
   * @param place what `placeOf` returns for the position
   */
  append(place: Place, key: Tensor, value: Tensor): { keys: Tensor; values: Tensor } {
    const store = (variable: Variable, row: Tensor) => {
      const next = tf.add(tf.mul(variable, place.others), tf.mul(row, place.here));
      variable.assign(next as never);
      return next;
    };
    return { keys: store(this.keys, key), values: store(this.values, value) };
  }
}

/** One position of N as tensors that select it. */
export interface Place {
  /** [N, 1], 1 at the position, else 0. */
  readonly here: Tensor;
  /** [N, 1], the complement of `here`. */
  readonly others: Tensor;
  /** [1, N] added to attention logits: 0 up to the position, then a large negative number. */
  readonly mask: Tensor;
}

/** @param position int32 [1] in [0, N) */
export function placeOf(position: Tensor, count: number): Place {
  const all = tf.tensor1d(
    Int32Array.from({ length: count }, (_, i) => i),
    "int32",
  );
  const here = tf.reshape(tf.cast(tf.equal(all, position), "float32"), [count, 1]);
  const later = tf.cast(tf.greater(all, position), "float32");
  return { here, others: tf.sub(1, here), mask: tf.mul(tf.reshape(later, [1, count]), -1e9) };
}
