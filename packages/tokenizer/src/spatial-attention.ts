import { fold, type Key, nn, type Tensor, tf } from "@fqgan/tensor";

/** Residual self-attention with one head over all positions of a feature map. */
export class SpatialAttention extends nn.Module {
  readonly norm: nn.GroupNorm;
  readonly query: nn.Linear;
  readonly key: nn.Linear;
  readonly value: nn.Linear;
  readonly output: nn.Linear;

  constructor(options: { channels: number; groups: number; key: Key }) {
    super();
    const { channels, groups, key } = options;
    const linear = (name: string) =>
      new nn.Linear({ inputs: channels, outputs: channels, key: fold(key, name) });
    this.norm = new nn.GroupNorm({ channels, groups });
    this.query = linear("query");
    this.key = linear("key");
    this.value = linear("value");
    this.output = linear("output");
  }

  /** [B, H, W, C] → [B, H, W, C] */
  call(x: Tensor): Tensor {
    const [batch, height, width, channels] = x.shape as [number, number, number, number];
    const tokens = tf.reshape(this.norm.call(x), [batch, height * width, channels]); // [B, N, C]
    const attended = nn.scaledDotProductAttention(
      this.query.call(tokens),
      this.key.call(tokens),
      this.value.call(tokens),
    );
    return tf.add(x, tf.reshape(this.output.call(attended), x.shape));
  }
}
