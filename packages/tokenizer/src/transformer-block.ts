import { fold, type Key, nn, type Tensor, tf } from "@fqgan/tensor";

/** Pre-norm transformer block of a ViT (Dosovitskiy et al., arXiv 2010.11929), every token seeing every other. */
export class TransformerBlock extends nn.Module {
  readonly norm1: nn.LayerNorm;
  readonly attention: nn.SelfAttention;
  readonly norm2: nn.LayerNorm;
  readonly expand: nn.Linear;
  readonly contract: nn.Linear;

  constructor(options: { channels: number; heads: number; key: Key }) {
    super();
    const { channels, heads, key } = options;
    this.norm1 = new nn.LayerNorm({ channels });
    this.attention = new nn.SelfAttention({ channels, heads, key: fold(key, "attention") });
    this.norm2 = new nn.LayerNorm({ channels });
    this.expand = new nn.Linear({
      inputs: channels,
      outputs: 4 * channels,
      key: fold(key, "expand"),
    });
    this.contract = new nn.Linear({
      inputs: 4 * channels,
      outputs: channels,
      key: fold(key, "contract"),
    });
  }

  /** [B, T, C] → [B, T, C] */
  call(x: Tensor): Tensor {
    const attended = tf.add(x, this.attention.call(this.norm1.call(x)));
    const hidden = nn.gelu(this.expand.call(this.norm2.call(attended)));
    return tf.add(attended, this.contract.call(hidden));
  }
}
