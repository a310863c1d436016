/** What the encoder and the decoder of a VQGAN (Esser et al., arXiv 2012.09841) have in common. */
import { fold, type Key, nn, type Tensor } from "@fqgan/tensor";
import * as z from "zod";
import { ResidualBlock } from "./residual-block.js";
import { SpatialAttention } from "./spatial-attention.js";

/** @param residualBlocks how many a level has by default */
export const convolutionalOptions = (residualBlocks: number) => ({
  channels: z.int().positive().default(128).describe("width at full resolution"),
  multipliers: z
    .array(z.int().positive())
    .min(1)
    .default([1, 1, 2, 2, 4])
    .describe("width of each level as a multiple of channels, from full resolution down by halves"),
  residualBlocks: z.int().positive().default(residualBlocks).describe("residual blocks in a level"),
  groups: z.int().positive().default(32).describe("groups of every group normalisation"),
  attention: z
    .enum(["lowest", "middle"])
    .optional()
    .describe("at the lowest level and in the middle (lowest, if left out), or in the middle only"),
});
export type ConvolutionalOptions = z.output<z.ZodObject<ReturnType<typeof convolutionalOptions>>>;

export interface LevelOptions {
  readonly inputs: number;
  readonly outputs: number;
  readonly blocks: number;
  readonly groups: number;
  /** Whether attention follows each block. */
  readonly attends: boolean;
  readonly key: Key;
}

/** The residual blocks of one resolution. */
export class Level extends nn.Module {
  readonly blocks: ResidualBlock[];
  readonly attentions: SpatialAttention[];

  constructor({ inputs, outputs, blocks, groups, attends, key }: LevelOptions) {
    super();
    this.blocks = Array.from(
      { length: blocks },
      (_, i) =>
        new ResidualBlock({
          inputs: i === 0 ? inputs : outputs,
          outputs,
          groups,
          key: fold(key, "blocks", i),
        }),
    );
    this.attentions = Array.from(
      { length: attends ? blocks : 0 },
      (_, i) =>
        new SpatialAttention({ channels: outputs, groups, key: fold(key, "attentions", i) }),
    );
  }

  /** [B, H, W, inputs] → [B, H, W, outputs] */
  call(x: Tensor): Tensor {
    return this.blocks.reduce((y, block, i) => {
      const features = block.call(y);
      return this.attentions[i]?.call(features) ?? features;
    }, x);
  }
}
