import { type Tensor, tf, type Variable } from "../tf.js";
import { hasKernel, runKernels } from "./fused.js";

/** Keys and values of the positions already seen, [B, groups, N, D] each. */
export interface AttentionCache {
  readonly keys: Variable;
  readonly values: Variable;
}

/** One new position of every sequence, and what came before it. */
export interface CachedAttention {
  /** Of one new position, [B, (heads + 2 groups)·D]: queries, keys, values. */
  readonly projected: Tensor;
  /** Which position it is, int32 [1] in [0, N). */
  readonly position: Tensor;
  /** Moved: the new position's keys and values are written to it. */
  readonly cache: AttentionCache;
  readonly heads: number;
  /** How adjacent pairs of queries and keys turn at each position, [N, D/2]. */
  readonly cosine: Tensor;
  readonly sine: Tensor;
}

/**
 * Causal attention of one new position, [B, heads·D], with rotary positions (arXiv 2104.09864) and queries
 * that share keys and values in groups (arXiv 2305.13245).
 *
 * The compiled engine writes a position's row of the cache where it lies and reads only the rows up to
 * it. Elsewhere the whole cache is read, with a mask, and written anew.
 */
export function cachedAttention(options: CachedAttention): Tensor {
  const { projected, position, cache, heads, cosine, sine } = options;
  const depth = cache.keys.shape[3]!;
  const inputs = { projected, position, cosine, sine, ...cache };
  if (hasKernel("CachedAttention") && depth % KERNEL_DEPTH === 0) {
    const [mixed, keys, values] = runKernels("CachedAttention", inputs as never, { heads });
    cache.keys.assign(keys as never);
    cache.values.assign(values as never);
    return mixed!;
  }
  return maskedAttention(options);
}

/** ONNX Runtime turns heads of a multiple of this length only. */
const KERNEL_DEPTH = 16;

function maskedAttention(options: CachedAttention): Tensor {
  const { projected, position, cache, heads, cosine, sine } = options;
  const [batch, groups, count, depth] = cache.keys.shape as [number, number, number, number];
  const split = tf.reshape(projected, [batch, heads + 2 * groups, depth]);
  const take = (from: Tensor, start: number, length: number) =>
    tf.slice(from, [0, start, 0], [batch, length, depth]);
  const turned = turnPairs(take(split, 0, heads + groups), rowsAt(cosine, sine, position));
  const own = (rows: Tensor) => tf.reshape(rows, [batch, groups, 1, depth]);
  const places = tf.range(0, count, 1, "int32");
  const isNew = tf.reshape(tf.cast(tf.equal(places, position), "float32"), [count, 1]);
  const written = (old: Variable, rows: Tensor) =>
    tf.add(tf.mul(old as Tensor, tf.sub(1, isNew)), tf.mul(own(rows), isNew));
  const keys = written(cache.keys, take(turned, heads, groups));
  const values = written(cache.values, take(split, heads + groups, groups));
  const queries = tf.reshape(take(turned, 0, heads), [batch, groups, heads / groups, depth]);
  const hidden = tf.mul(tf.cast(tf.greater(places, position), "float32"), -1e9); // [N]
  const logits = tf.mul(tf.matMul(queries, keys, false, true), 1 / Math.sqrt(depth));
  const mixed = tf.matMul(tf.softmax(tf.add(logits, hidden)), values); // [B, groups, share, D]
  cache.keys.assign(keys as never);
  cache.values.assign(values as never);
  return tf.reshape(mixed, [batch, heads * depth]);
}

/** A position's rows of the tables, both members of a pair alike: [1, D] each. */
function rowsAt(cosine: Tensor, sine: Tensor, position: Tensor) {
  const row = (table: Tensor) => {
    const half = tf.gather(table, position as tf.Tensor1D); // [1, D/2]
    return tf.reshape(tf.stack([half, half], -1), [1, -1]);
  };
  return { cosine: row(cosine), sine: row(sine) };
}

/** Every adjacent pair (a, b) of x [B, heads, D] becomes (a·cos - b·sin, b·cos + a·sin). */
function turnPairs(x: Tensor, { cosine, sine }: { cosine: Tensor; sine: Tensor }): Tensor {
  const [batch, heads, depth] = x.shape as [number, number, number];
  const pairs = tf.reshape(x, [batch, heads, depth / 2, 2]);
  const [a, b] = tf.unstack(pairs, -1) as [Tensor, Tensor];
  const quarter = tf.reshape(tf.stack([tf.neg(b), a], -1), x.shape);
  return tf.add(tf.mul(x, cosine), tf.mul(quarter, sine));
}
