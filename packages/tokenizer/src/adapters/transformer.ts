import { type Key, type Tensor, tf } from "@fqgan/tensor";
import * as z from "zod";
import type { Adapter, AdapterStrategy } from "../adapter.js";
import type { Grid } from "../grid.js";
import { TokenTransformer } from "../token-transformer.js";

const options = {
  layers: z.int().positive().default(6).describe("transformer blocks"),
  heads: z.int().positive().default(8).describe("attention heads; they share the encoder's width"),
};
type Options = z.output<z.ZodObject<typeof options>>;

/**
 * The factorized adapter of FQGAN (arXiv 2411.16681): a small transformer over the positions of the
 * feature map, row by row, as wide as the map, without a residual connection around it.
 */
export class TransformerAdapter extends TokenTransformer implements Adapter {
  constructor(
    { layers, heads }: Options,
    { channels, grid, key }: { channels: number; grid: Grid; key: Key },
  ) {
    super({ grids: [grid], channels, layers, heads, key });
  }

  call(features: Tensor): Tensor {
    const [batch, rows, columns, channels] = features.shape as [number, number, number, number];
    const tokens = tf.reshape(features, [batch, rows * columns, channels]); // [B, N, C]
    return tf.reshape(this.transform(tokens), features.shape); // [B, h, w, C]
  }
}

export const transformerAdapter: AdapterStrategy<Options> = {
  name: "transformer",
  summary: "A small transformer over all positions (FQGAN's factorized adapter).",
  reference: "https://arxiv.org/abs/2411.16681",
  options,
  create: (config, context) => new TransformerAdapter(config, context),
};
