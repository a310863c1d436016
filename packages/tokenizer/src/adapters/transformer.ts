import { fold, type Key, nn, type Tensor, tf, type Variable } from "@fqgan/tensor";
import { z } from "zod";
import type { Adapter, AdapterStrategy } from "../adapter.js";
import { TransformerBlock } from "../transformer-block.js";

const options = {
  layers: z.int().positive().default(6).describe("transformer blocks"),
  heads: z.int().positive().default(8).describe("attention heads; they share the encoder's width"),
};
type Options = z.output<z.ZodObject<typeof options>>;

/**
 * The factorized adapter of FQGAN (arXiv 2411.16681): a small transformer over the positions of the
 * feature map, row by row, as wide as the map, without a residual connection around it. Its learned
 * positions fit one image size.
 */
export class TransformerAdapter extends nn.Module implements Adapter {
  /** [N, C] */
  readonly positionTable: Variable;
  readonly normBefore: nn.LayerNorm;
  readonly blocks: TransformerBlock[];
  readonly normAfter: nn.LayerNorm;

  constructor(
    { layers, heads }: Options,
    { channels, positions, key }: { channels: number; positions: number; key: Key },
  ) {
    super();
    const init = nn.normalInit(channels ** -0.5);
    const shape = [positions, channels];
    this.positionTable = nn.parameter(init(fold(key, "positions"), shape), shape);
    this.normBefore = new nn.LayerNorm({ channels });
    this.blocks = Array.from(
      { length: layers },
      (_, i) => new TransformerBlock({ channels, heads, key: fold(key, "blocks", i) }),
    );
    this.normAfter = new nn.LayerNorm({ channels });
  }

  call(features: Tensor): Tensor {
    const [batch, height, width, channels] = features.shape as [number, number, number, number];
    const tokens = tf.reshape(features, [batch, height * width, channels]); // [B, N, C]
    const start = this.normBefore.call(tf.add(tokens, this.positionTable));
    const end = this.normAfter.call(this.blocks.reduce((x, block) => block.call(x), start));
    return tf.reshape(end, features.shape); // [B, h, w, C]
  }
}

export const transformerAdapter: AdapterStrategy<Options> = {
  name: "transformer",
  summary: "A small transformer over all positions (FQGAN's factorized adapter).",
  reference: "https://arxiv.org/abs/2411.16681",
  options,
  create: (config, context) => new TransformerAdapter(config, context),
};
