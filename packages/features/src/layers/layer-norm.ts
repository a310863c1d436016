import { nn, type Tensor, tf, type Variable } from "@fqgan/tensor";
import type { StateDict } from "../checkpoint/state-dict.js";

/** Layer normalisation that is never trained, from `<name>.weight` and `<name>.bias`, over the last axis. */
export class FrozenLayerNorm extends nn.Module {
  readonly scale: Variable;
  readonly shift: Variable;
  readonly #epsilon: number;

  constructor(
    weights: StateDict,
    name: string,
    { channels, epsilon }: { readonly channels: number; readonly epsilon: number },
  ) {
    super();
    this.scale = nn.buffer(weights.take(`${name}.weight`, [channels]), [channels]);
    this.shift = nn.buffer(weights.take(`${name}.bias`, [channels]), [channels]);
    this.#epsilon = epsilon;
  }

  call(x: Tensor): Tensor {
    const centred = tf.sub(x, tf.mean(x, -1, true));
    const variance = tf.mean(tf.square(centred), -1, true);
    const normalised = tf.mul(centred, tf.rsqrt(tf.add(variance, this.#epsilon)));
    return tf.add(tf.mul(normalised, this.scale), this.shift);
  }
}
