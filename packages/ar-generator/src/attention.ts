/**
 * Causal attention with rotary positions whose queries may share keys and values in groups (Ainslie et
 * al., arXiv 2305.13245), over a whole sequence or one position after those in a cache.
 */

import type { Key } from "@fqgan/tensor";
import { nn, type Tensor, tf } from "@fqgan/tensor";
import type { GeneratorConfig } from "./config.js";
import { weightInit } from "./initial.js";
import { type HalfRotation, type Rotation, rotate } from "./rotary.js";

/** The part of a generator's config that shapes a block. */
export type BlockConfig = Pick<
  GeneratorConfig,
  "width" | "heads" | "keyValueHeads" | "feedForwardMultiple"
>;

/** Every position sees itself and those before it. */
export interface Whole {
  readonly rotation: Rotation;
  /** [T, T] added to the logits. */
  readonly mask: Tensor;
}

/** One position sees those in the cache before it, and itself. */
export interface Incremental extends HalfRotation {
  /** int32 [1] */
  readonly position: Tensor;
  /** Of N positions. */
  readonly cache: nn.AttentionCache;
}

type Projected = { q: Tensor; k: Tensor; v: Tensor };

export class Attention extends nn.Module {
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
  call(x: Tensor, { rotation, mask }: Whole): Tensor {
    const { q, k, v } = this.#project(x, rotation);
    const share = this.#heads / this.#groups;
    // Queries of a group lie one under another, so the mask repeats: [share·T, T].
    const masks = share === 1 ? mask : tf.tile(mask, [share, 1]);
    return this.#merge(nn.scaledDotProductAttention(q, k, v, masks), x);
  }

  /** One position [B, C] → [B, C]; its keys and values go to the cache. */
  next(x: Tensor, place: Incremental): Tensor {
    const projected = this.project.call(x);
    return this.output.call(nn.cachedAttention({ ...place, projected, heads: this.#heads }));
  }

  /** q [B, groups, share·T, D] with share = heads / groups; k, v [B, groups, T, D] */
  #project(x: Tensor, rotation: Rotation): Projected {
    const [batch, length, width] = x.shape as [number, number, number];
    const heads = this.#heads;
    const groups = this.#groups;
    const depth = width / heads;
    const split = tf.reshape(this.project.call(x), [batch, length, heads + 2 * groups, depth]);
    const packed = tf.transpose(split, [0, 2, 1, 3]); // [B, heads + 2 groups, T, D]
    const take = (from: Tensor, start: number, count: number) =>
      tf.slice(from, [0, start, 0, 0], [batch, count, length, depth]);
    const turned = rotate(take(packed, 0, heads + groups), rotation);
    const q = tf.reshape(take(turned, 0, heads), [batch, groups, (heads / groups) * length, depth]);
    return { q, k: take(turned, heads, groups), v: take(packed, heads + groups, groups) };
  }

  /** [B, groups, share·T, D] → [B, T, C] */
  #merge(mixed: Tensor, x: Tensor): Tensor {
    const [batch, length, width] = x.shape as [number, number, number];
    const heads = tf.reshape(mixed, [batch, this.#heads, length, width / this.#heads]);
    return this.output.call(nn.mergeHeads(heads));
  }
}
