import { fold, type Key } from "../random.js";
import { type Tensor, tf } from "../tf.js";
import type { Initializer } from "./init.js";
import { Linear } from "./linear.js";
import { Module } from "./module.js";

/**
 * softmax(q·kᵀ/√d + mask)·v over [B, heads, T, d]. `mask` is added to the logits and broadcasts to
 * [B, heads, T, S]; it is 0 where attention is allowed, a large negative number where it is not.
 */
export function scaledDotProductAttention(q: Tensor, k: Tensor, v: Tensor, mask?: Tensor): Tensor {
  const logits = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(q.shape.at(-1)!));
  return tf.matMul(tf.softmax(mask ? tf.add(logits, mask) : logits), v);
}

/** [T, T] with 0 on and below the diagonal and -1e9 above. */
export function causalMask(length: number): Tensor {
  const values = new Float32Array(length * length);
  for (let row = 0; row < length; row++)
    values.fill(-1e9, row * length + row + 1, (row + 1) * length);
  return tf.tensor(values, [length, length]);
}

/** [B, T, heads·d] → [B, heads, T, d] */
export function splitHeads(x: Tensor, heads: number): Tensor {
  const [batch, length, width] = x.shape as [number, number, number];
  return tf.transpose(tf.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
}

/** [B, heads, T, d] → [B, T, heads·d] */
export function mergeHeads(x: Tensor): Tensor {
  const [batch, heads, length, depth] = x.shape as [number, number, number, number];
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch, length, heads * depth]);
}

/** Multi-head self-attention with a packed projection, as `torch.nn.MultiheadAttention`. */
export class SelfAttention extends Module {
  /** [C] → [3C]: queries, keys, values. */
  readonly project: Linear;
  readonly output: Linear;
  readonly #heads: number;

  constructor(options: {
    channels: number;
    heads: number;
    bias?: boolean;
    init?: Initializer;
    key: Key;
  }) {
    super();
    const { channels, heads, bias = true, init, key } = options;
    if (channels % heads !== 0)
      throw new Error(
        `SelfAttention: expected channels divisible by heads, got ${channels} / ${heads}; change one`,
      );
    const common = { bias, ...(init ? { init } : {}) };
    this.project = new Linear({
      inputs: channels,
      outputs: 3 * channels,
      ...common,
      key: fold(key, "project"),
    });
    this.output = new Linear({
      inputs: channels,
      outputs: channels,
      ...common,
      key: fold(key, "output"),
    });
    this.#heads = heads;
  }

  /** [B, T, C] → [B, T, C] */
  call(x: Tensor, mask?: Tensor): Tensor {
    const [q, k, v] = tf.split(this.project.call(x), 3, -1) as [Tensor, Tensor, Tensor];
    const heads = (t: Tensor) => splitHeads(t, this.#heads);
    return this.output.call(
      mergeHeads(scaledDotProductAttention(heads(q), heads(k), heads(v), mask)),
    );
  }
}
