import { fold, type Key, nn, type Tensor } from "@fqgan/tensor";
import { ResidualBlock } from "./residual-block.js";
import { SpatialAttention } from "./spatial-attention.js";

/** What an encoder ends with and a decoder begins with: residual block, attention, residual block. */
export class Middle extends nn.Module {
  readonly first: ResidualBlock;
  readonly attention: SpatialAttention;
  readonly second: ResidualBlock;

  constructor(options: { channels: number; groups: number; key: Key }) {
    super();
    const { channels, groups, key } = options;
    const block = (name: string) =>
      new ResidualBlock({ inputs: channels, outputs: channels, groups, key: fold(key, name) });
    this.first = block("first");
    this.attention = new SpatialAttention({ channels, groups, key: fold(key, "attention") });
    this.second = block("second");
  }

  /** [B, H, W, C] → [B, H, W, C] */
  call(x: Tensor): Tensor {
    return this.second.call(this.attention.call(this.first.call(x)));
  }
}
