/**
 * The block of Llama (Touvron et al., arXiv 2302.13971): RMSNorm before attention with rotary positions
 * and before SwiGLU (Shazeer, arXiv 2002.05202); no biases. Queries may share keys and values in groups
 * (Ainslie et al., arXiv 2305.13245).
 */
import { fold, type Key, nn, type Tensor, tf } from "@fqgan/tensor";
import type { GeneratorConfig } from "./config.js";
import { feedForwardWidth } from "./feed-forward-width.js";
import { weightInit } from "./initial.js";
import type { KvCache, Place } from "./kv-cache.js";
import { dropRows, dropValues, type Regularisation } from "./regularisation.js";
import { type Rotation, rotate } from "./rotary.js";

/** The part of a generator's config that shapes a block. */
export type BlockConfig = Pick<
  GeneratorConfig,
  "width" | "heads" | "keyValueHeads" | "feedForwardMultiple"
>;

/** Positions seen at once: all of a sequence, each seeing those before it… */
export interface Whole {
  readonly rotation: Rotation;
  /** [T, T] added to the logits. */
  readonly mask: Tensor;
  readonly dropout?: Regularisation | undefined;
  /** Probability that a row skips this block's branches. */
  readonly pathRate?: number;
}

/** …or one position after those in the cache. */
export interface Incremental {
  readonly rotation: Rotation;
  readonly place: Place;
  readonly cache: KvCache;
}

/** softmax(q·kᵀ/√D + mask)·v with q [B, heads, T, D] and k, v [B, groups, S, D]; mask [T, S]. */
function groupedAttention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor): Tensor {
  const [batch, heads, length, depth] = q.shape as [number, number, number, number];
  const groups = k.shape[1]!;
  if (groups === heads) return nn.scaledDotProductAttention(q, k, v, mask);
  const share = heads / groups;
  const stacked = tf.reshape(q, [batch, groups, share * length, depth]);
  const masks = length === 1 ? mask : tf.tile(mask, [share, 1]); // [share·T, S]
  return tf.reshape(nn.scaledDotProductAttention(stacked, k, v, masks), q.shape);
}

class Attention extends nn.Module {
  /** [C] → [(heads + 2 groups)·D]: queries, keys, values. */
  readonly project: nn.Linear;
  readonly output: nn.Linear;
  readonly #heads: number;
  readonly #groups: number;

  constructor({ width, heads, keyValueHeads = heads }: BlockConfig, key: Key | undefined) {
    super();
    this.#heads = heads;
    this.#groups = keyValueHeads;
    const linear = (name: string, outputs: number) =>
      new nn.Linear({ inputs: width, outputs, bias: false, ...weightInit(key, name) });
    this.project = linear("project", (width / heads) * (heads + 2 * keyValueHeads));
    this.output = linear("output", width);
  }

  /** [B, T, C] → [B, T, C] */
  call(x: Tensor, context: Whole | Incremental): Tensor {
    const [batch, length, width] = x.shape as [number, number, number];
    const heads = this.#heads;
    const groups = this.#groups;
    const depth = width / heads;
    const split = tf.reshape(this.project.call(x), [batch, length, heads + 2 * groups, depth]);
    const packed = tf.transpose(split, [0, 2, 1, 3]); // [B, heads + 2 groups, T, D]
    const take = (from: Tensor, start: number, count: number) =>
      tf.slice(from, [0, start, 0, 0], [batch, count, length, depth]);
    const turned = rotate(take(packed, 0, heads + groups), context.rotation);
    const q = take(turned, 0, heads);
    const k = take(turned, heads, groups);
    const v = take(packed, heads + groups, groups);
    if ("cache" in context) {
      const { keys, values } = context.cache.append(context.place, k, v);
      const seen = groupedAttention(q, keys, values, context.place.mask);
      return this.output.call(nn.mergeHeads(seen));
    }
    return this.output.call(nn.mergeHeads(groupedAttention(q, k, v, context.mask)));
  }
}

class SwiGlu extends nn.Module {
  readonly gate: nn.Linear;
  readonly value: nn.Linear;
  readonly output: nn.Linear;

  constructor(config: BlockConfig, key: Key | undefined) {
    super();
    const inner = feedForwardWidth(config);
    const linear = (name: string, inputs: number, outputs: number) =>
      new nn.Linear({ inputs, outputs, bias: false, ...weightInit(key, name) });
    this.gate = linear("gate", config.width, inner);
    this.value = linear("value", config.width, inner);
    this.output = linear("output", inner, config.width);
  }

  /** [..., C] → [..., C] */
  call(x: Tensor): Tensor {
    return this.output.call(tf.mul(nn.silu(this.gate.call(x)), this.value.call(x)));
  }
}

export class Block extends nn.Module {
  readonly attentionNorm: nn.RmsNorm;
  readonly attention: Attention;
  readonly feedForwardNorm: nn.RmsNorm;
  readonly feedForward: SwiGlu;

  constructor(config: BlockConfig, key: Key | undefined) {
    super();
    const under = (name: string) => (key ? fold(key, name) : undefined);
    this.attentionNorm = new nn.RmsNorm({ channels: config.width });
    this.attention = new Attention(config, under("attention"));
    this.feedForwardNorm = new nn.RmsNorm({ channels: config.width });
    this.feedForward = new SwiGlu(config, under("feedForward"));
  }

  /** [B, T, C] → [B, T, C] */
  call(x: Tensor, context: Whole | Incremental): Tensor {
    const { dropout, pathRate = 0 } = "cache" in context ? {} : context;
    const branch = (y: Tensor, rate: number) =>
      dropout ? dropRows(dropValues(y, rate, dropout.random), pathRate, dropout.random) : y;
    const attended = this.attention.call(this.attentionNorm.call(x), context);
    const middle = tf.add(x, branch(attended, dropout?.residual ?? 0));
    const fed = this.feedForward.call(this.feedForwardNorm.call(middle));
    return tf.add(middle, branch(fed, dropout?.feedForward ?? 0));
  }
}
