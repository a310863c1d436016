import { fold, type Key, nn, type Tensor, type Variable } from "@fqgan/tensor";
import { z } from "zod";
import type { Decoder, DecoderStrategy } from "../decoder.js";
import { Middle } from "../middle.js";
import { ResidualBlock } from "../residual-block.js";
import { SpatialAttention } from "../spatial-attention.js";

const options = {
  channels: z.int().positive().default(128).describe("width at full resolution"),
  multipliers: z
    .array(z.int().positive())
    .min(1)
    .default([1, 1, 2, 2, 4])
    .describe("width of each level as a multiple of channels, from the full resolution down"),
  residualBlocks: z.int().positive().default(3).describe("residual blocks in a level"),
  groups: z.int().positive().default(32).describe("groups of every group normalisation"),
};
type Options = z.output<z.ZodObject<typeof options>>;

/** One resolution: residual blocks, attention after each at the lowest resolution, then doubling. */
class Level extends nn.Module {
  readonly blocks: ResidualBlock[];
  readonly attentions: SpatialAttention[];
  readonly upsample?: nn.Conv2d;

  constructor(level: {
    inputs: number;
    outputs: number;
    blocks: number;
    groups: number;
    isLowest: boolean;
    isHighest: boolean;
    key: Key;
  }) {
    super();
    const { inputs, outputs, blocks, groups, isLowest, isHighest, key } = level;
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
      { length: isLowest ? blocks : 0 },
      (_, i) =>
        new SpatialAttention({ channels: outputs, groups, key: fold(key, "attentions", i) }),
    );
    if (!isHighest)
      this.upsample = new nn.Conv2d({
        inputs: outputs,
        outputs,
        kernel: 3,
        key: fold(key, "upsample"),
      });
  }

  call(x: Tensor): Tensor {
    let y = x;
    for (const [i, block] of this.blocks.entries()) {
      y = block.call(y);
      y = this.attentions[i]?.call(y) ?? y;
    }
    return this.upsample ? this.upsample.call(nn.upsampleNearest(y)) : y;
  }
}

/** The decoder of VQGAN (Esser et al., arXiv 2012.09841). Levels run from the lowest resolution up. */
export class ConvolutionalDecoder extends nn.Module implements Decoder {
  readonly input: nn.Conv2d;
  readonly middle: Middle;
  readonly levels: Level[];
  readonly norm: nn.GroupNorm;
  readonly output: nn.Conv2d;

  constructor(
    config: Options,
    { inputs, imageChannels, key }: { inputs: number; imageChannels: number; key: Key },
  ) {
    super();
    const { channels, residualBlocks, groups } = config;
    const widths = config.multipliers.map((multiplier) => channels * multiplier).reverse();
    const lowest = widths[0]!;
    const highest = widths.at(-1)!;
    this.input = new nn.Conv2d({ inputs, outputs: lowest, kernel: 3, key: fold(key, "input") });
    this.middle = new Middle({ channels: lowest, groups, key: fold(key, "middle") });
    this.levels = widths.map(
      (width, i) =>
        new Level({
          inputs: widths[i - 1] ?? lowest,
          outputs: width,
          blocks: residualBlocks,
          groups,
          isLowest: i === 0,
          isHighest: i === widths.length - 1,
          key: fold(key, "levels", i),
        }),
    );
    this.norm = new nn.GroupNorm({ channels: highest, groups });
    this.output = new nn.Conv2d({
      inputs: highest,
      outputs: imageChannels,
      kernel: 3,
      key: fold(key, "output"),
    });
  }

  get factor(): number {
    return 2 ** (this.levels.length - 1);
  }

  get lastKernel(): Variable {
    return this.output.kernel;
  }

  call(latents: Tensor): Tensor {
    const start = this.middle.call(this.input.call(latents));
    const features = this.levels.reduce((x, level) => level.call(x), start);
    return this.output.call(nn.silu(this.norm.call(features)));
  }
}

export const convolutionalDecoder: DecoderStrategy<Options> = {
  name: "convolutional",
  summary: "Residual convolutions that double the map level by level, attention at the lowest.",
  reference: "https://arxiv.org/abs/2012.09841",
  options,
  create: (config, context) => new ConvolutionalDecoder(config, context),
};
