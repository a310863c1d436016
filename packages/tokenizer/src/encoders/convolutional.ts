import { fold, type Key, nn, type Tensor } from "@fqgan/tensor";
import { z } from "zod";
import type { Encoder, EncoderStrategy } from "../encoder.js";
import { Middle } from "../middle.js";
import { ResidualBlock } from "../residual-block.js";
import { SpatialAttention } from "../spatial-attention.js";

const options = {
  channels: z.int().positive().default(128).describe("width of the first level"),
  multipliers: z
    .array(z.int().positive())
    .min(1)
    .default([1, 1, 2, 2, 4])
    .describe("width of each level as a multiple of channels; all but the last halve the size"),
  residualBlocks: z.int().positive().default(2).describe("residual blocks in a level"),
  groups: z.int().positive().default(32).describe("groups of every group normalisation"),
};
type Options = z.output<z.ZodObject<typeof options>>;

/** One resolution: residual blocks, attention after each at the lowest resolution, then halving. */
class Level extends nn.Module {
  readonly blocks: ResidualBlock[];
  readonly attentions: SpatialAttention[];
  readonly downsample?: nn.Conv2d;

  constructor(level: {
    inputs: number;
    outputs: number;
    blocks: number;
    groups: number;
    isLowest: boolean;
    key: Key;
  }) {
    super();
    const { inputs, outputs, blocks, groups, isLowest, key } = level;
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
    if (!isLowest)
      this.downsample = new nn.Conv2d({
        inputs: outputs,
        outputs,
        kernel: 3,
        stride: 2,
        // On the right and bottom only, as VQGAN has it.
        padding: { top: 0, bottom: 1, left: 0, right: 1 },
        key: fold(key, "downsample"),
      });
  }

  call(x: Tensor): Tensor {
    let y = x;
    for (const [i, block] of this.blocks.entries()) {
      y = block.call(y);
      y = this.attentions[i]?.call(y) ?? y;
    }
    return this.downsample?.call(y) ?? y;
  }
}

/** Last layer: normalisation, swish and a 3×3 convolution. */
class Head extends nn.Module {
  readonly norm: nn.GroupNorm;
  readonly output: nn.Conv2d;

  constructor({
    inputs,
    outputs,
    groups,
    key,
  }: Record<"inputs" | "outputs" | "groups", number> & { key: Key }) {
    super();
    this.norm = new nn.GroupNorm({ channels: inputs, groups });
    this.output = new nn.Conv2d({ inputs, outputs, kernel: 3, key: fold(key, "output") });
  }

  call(x: Tensor): Tensor {
    return this.output.call(nn.silu(this.norm.call(x)));
  }
}

/** The encoder of VQGAN (Esser et al., arXiv 2012.09841) up to its last normalisation. */
export class ConvolutionalEncoder extends nn.Module implements Encoder {
  readonly input: nn.Conv2d;
  readonly levels: Level[];
  readonly middle: Middle;
  readonly #groups: number;

  constructor(config: Options, { imageChannels, key }: { imageChannels: number; key: Key }) {
    super();
    const { channels, multipliers, residualBlocks, groups } = config;
    this.input = new nn.Conv2d({
      inputs: imageChannels,
      outputs: channels,
      kernel: 3,
      key: fold(key, "input"),
    });
    this.levels = multipliers.map(
      (multiplier, i) =>
        new Level({
          inputs: channels * (multipliers[i - 1] ?? 1),
          outputs: channels * multiplier,
          blocks: residualBlocks,
          groups,
          isLowest: i === multipliers.length - 1,
          key: fold(key, "levels", i),
        }),
    );
    const width = channels * multipliers.at(-1)!;
    this.middle = new Middle({ channels: width, groups, key: fold(key, "middle") });
    this.#groups = groups;
  }

  get channels(): number {
    return this.middle.first.norm1.scale.size;
  }

  get factor(): number {
    return 2 ** (this.levels.length - 1);
  }

  call(images: Tensor): Tensor {
    const features = this.levels.reduce((x, level) => level.call(x), this.input.call(images));
    return this.middle.call(features);
  }

  createHead({ outputs, key }: { outputs: number; key: Key }): nn.Module & nn.Layer {
    return new Head({ inputs: this.channels, outputs, groups: this.#groups, key });
  }
}

export const convolutionalEncoder: EncoderStrategy<Options> = {
  name: "convolutional",
  summary: "Residual convolutions that halve the image level by level, attention at the lowest.",
  reference: "https://arxiv.org/abs/2012.09841",
  options,
  create: (config, context) => new ConvolutionalEncoder(config, context),
};
