import { fold, type Key, nn, type Tensor, tf, type Variable } from "@fqgan/tensor";
import { TransformerBlock } from "./transformer-block.js";

export interface TokenTransformerOptions {
  /** T, the number of tokens. */
  readonly tokens: number;
  /** C, the width of a token. */
  readonly channels: number;
  readonly layers: number;
  readonly heads: number;
  readonly key: Key;
}

/**
 * A transformer over a fixed number of tokens with learned positions, normalised before and after its
 * blocks as CLIP's vision transformer (Radford et al., arXiv 2103.00020). Its positions fit one image size.
 */
export class TokenTransformer extends nn.Module {
  /** [T, C] */
  readonly positionTable: Variable;
  readonly normBefore: nn.LayerNorm;
  readonly blocks: TransformerBlock[];
  readonly normAfter: nn.LayerNorm;

  constructor({ tokens, channels, layers, heads, key }: TokenTransformerOptions) {
    super();
    const shape = [tokens, channels];
    const init = nn.normalInit(channels ** -0.5);
    this.positionTable = nn.parameter(init(fold(key, "positions"), shape), shape);
    this.normBefore = new nn.LayerNorm({ channels });
    this.blocks = Array.from(
      { length: layers },
      (_, i) => new TransformerBlock({ channels, heads, key: fold(key, "blocks", i) }),
    );
    this.normAfter = new nn.LayerNorm({ channels });
  }

  /** [B, T, C] → [B, T, C] */
  transform(tokens: Tensor): Tensor {
    const start = this.normBefore.call(tf.add(tokens, this.positionTable));
    return this.normAfter.call(this.blocks.reduce((x, block) => block.call(x), start));
  }
}
