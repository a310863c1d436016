import { fold, type Key, nn, type Tensor, tf, type Variable } from "@fqgan/tensor";
import { type Grid, positionsOf } from "./grid.js";
import { TransformerBlock } from "./transformer-block.js";

export interface TokenTransformerOptions {
  /** Maps of T tokens in all, one after another, each row by row. */
  readonly grids: readonly Grid[];
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
  /** What the rows of `positionTable` stand for. */
  readonly grids: readonly Grid[];
  /** [T, C] */
  readonly positionTable: Variable;
  readonly normBefore: nn.LayerNorm;
  readonly blocks: TransformerBlock[];
  readonly normAfter: nn.LayerNorm;

  constructor({ grids, channels, layers, heads, key }: TokenTransformerOptions) {
    super();
    this.grids = grids;
    const shape = [grids.reduce((sum, grid) => sum + positionsOf(grid), 0), channels];
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
