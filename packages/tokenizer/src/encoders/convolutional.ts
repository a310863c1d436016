import { UserError } from "@fqgan/registry";
import { fold, type Key, nn, type Tensor } from "@fqgan/tensor";
import {
  type ConvolutionalOptions,
  convolutionalOptions,
  Level,
  type LevelOptions,
} from "../convolutional.js";
import type { Encoder, EncoderStrategy, ImageShape } from "../encoder.js";
import type { Grid } from "../grid.js";
import { Middle } from "../middle.js";

/** One resolution, then halving unless it is the lowest. */
class EncoderLevel extends Level {
  readonly downsample?: nn.Conv2d;

  constructor({ isLowest, ...level }: LevelOptions & { isLowest: boolean }) {
    super(level);
    const { outputs, key } = level;
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

  override call(x: Tensor): Tensor {
    const features = super.call(x);
    return this.downsample?.call(features) ?? features;
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
  readonly levels: EncoderLevel[];
  readonly middle: Middle;
  readonly grid: Grid;
  readonly #groups: number;

  constructor(config: ConvolutionalOptions, { image, key }: { image: ImageShape; key: Key }) {
    super();
    const { channels, multipliers, residualBlocks, groups, attention = "lowest" } = config;
    const factor = 2 ** (multipliers.length - 1);
    if (image.size % factor !== 0)
      throw new UserError(
        `image.size: expected a multiple of ${factor}, which the encoder shrinks by, ` +
          `got ${image.size}; change it or the encoder's levels`,
      );
    this.grid = [image.size / factor, image.size / factor];
    this.input = new nn.Conv2d({
      inputs: image.channels,
      outputs: channels,
      kernel: 3,
      key: fold(key, "input"),
    });
    this.levels = multipliers.map((multiplier, i) => {
      const isLowest = i === multipliers.length - 1;
      return new EncoderLevel({
        inputs: channels * (multipliers[i - 1] ?? 1),
        outputs: channels * multiplier,
        blocks: residualBlocks,
        groups,
        attends: isLowest && attention === "lowest",
        isLowest,
        key: fold(key, "levels", i),
      });
    });
    const width = channels * multipliers.at(-1)!;
    this.middle = new Middle({ channels: width, groups, key: fold(key, "middle") });
    this.#groups = groups;
  }

  get channels(): number {
    return this.middle.first.norm1.scale.size;
  }

  call(images: Tensor): Tensor {
    const features = this.levels.reduce((x, level) => level.call(x), this.input.call(images));
    return this.middle.call(features);
  }

  createHead({ outputs, key }: { outputs: number; key: Key }): nn.Module & nn.Layer {
    return new Head({ inputs: this.channels, outputs, groups: this.#groups, key });
  }
}

export const convolutionalEncoder: EncoderStrategy<ConvolutionalOptions> = {
  name: "convolutional",
  summary: "Residual convolutions that halve the image level by level, attention at the lowest.",
  reference: "https://arxiv.org/abs/2012.09841",
  options: convolutionalOptions(2),
  create: (config, context) => new ConvolutionalEncoder(config, context),
};
