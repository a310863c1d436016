import { groupNorm } from "../kernels/group-norm.js";
import type { Tensor, Variable } from "../tf.js";
import { tf } from "../tf.js";
import { constantInit } from "./init.js";
import { Module, parameter } from "./module.js";

const ones = (size: number) => parameter(constantInit(1)([0, 0], [size]), [size]);
const zeros = (size: number) => parameter(constantInit(0)([0, 0], [size]), [size]);

/** Group normalisation (Wu & He, arXiv 1803.08494): statistics over H, W and the channels of a group. */
export class GroupNorm extends Module {
  readonly scale: Variable;
  readonly shift: Variable;
  readonly #groups: number;
  readonly #epsilon: number;

  constructor({
    channels,
    groups,
    epsilon = 1e-6,
  }: { channels: number; groups: number; epsilon?: number }) {
    super();
    if (channels % groups !== 0)
      throw new Error(
        `GroupNorm: expected channels divisible by groups, got ${channels} / ${groups}; change one`,
      );
    this.scale = ones(channels);
    this.shift = zeros(channels);
    this.#groups = groups;
    this.#epsilon = epsilon;
  }

  /** [B, H, W, C] → [B, H, W, C] */
  call(x: Tensor): Tensor {
    return groupNorm(x, this.scale, this.shift, { groups: this.#groups, epsilon: this.#epsilon });
  }
}

/** Layer normalisation over the last axis (Ba et al., arXiv 1607.06450). */
export class LayerNorm extends Module {
  readonly scale: Variable;
  readonly shift: Variable;
  readonly #epsilon: number;

  constructor({ channels, epsilon = 1e-5 }: { channels: number; epsilon?: number }) {
    super();
    this.scale = ones(channels);
    this.shift = zeros(channels);
    this.#epsilon = epsilon;
  }

  call(x: Tensor): Tensor {
    const mean = tf.mean(x, -1, true);
    const centred = tf.sub(x, mean);
    const variance = tf.mean(tf.square(centred), -1, true);
    const normalised = tf.mul(centred, tf.rsqrt(tf.add(variance, this.#epsilon)));
    return tf.add(tf.mul(normalised, this.scale), this.shift);
  }
}

/** Root-mean-square normalisation over the last axis (Zhang & Sennrich, arXiv 1910.07467). */
export class RmsNorm extends Module {
  readonly scale: Variable;
  readonly #epsilon: number;

  constructor({ channels, epsilon = 1e-5 }: { channels: number; epsilon?: number }) {
    super();
    this.scale = ones(channels);
    this.#epsilon = epsilon;
  }

  call(x: Tensor): Tensor {
    const meanSquare = tf.mean(tf.square(x), -1, true);
    return tf.mul(tf.mul(x, tf.rsqrt(tf.add(meanSquare, this.#epsilon))), this.scale);
  }
}
