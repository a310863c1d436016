import { UserError } from "@fqgan/registry";
import { fold, nn, type Tensor, type Variable } from "@fqgan/tensor";
import {
  type ConvolutionalOptions,
  convolutionalOptions,
  Level,
  type LevelOptions,
} from "../convolutional.js";
import type { Decoder, DecoderContext, DecoderStrategy } from "../decoder.js";
import { Middle } from "../middle.js";

/** One resolution, then doubling unless it is the highest. */
class DecoderLevel extends Level {
  readonly upsample?: nn.Conv2d;

  constructor({ isHighest, ...level }: LevelOptions & { isHighest: boolean }) {
    super(level);
    const { outputs, key } = level;
    if (!isHighest)
      this.upsample = new nn.Conv2d({
        inputs: outputs,
        outputs,
        kernel: 3,
        key: fold(key, "upsample"),
      });
  }

  override call(x: Tensor): Tensor {
    const features = super.call(x);
    return this.upsample?.call(nn.upsampleNearest(features)) ?? features;
  }
}

/** The decoder of VQGAN (Esser et al., arXiv 2012.09841). Levels run from the lowest resolution up. */
export class ConvolutionalDecoder extends nn.Module implements Decoder {
  readonly input: nn.Conv2d;
  readonly middle: Middle;
  readonly levels: DecoderLevel[];
  readonly norm: nn.GroupNorm;
  readonly output: nn.Conv2d;

  constructor(config: ConvolutionalOptions, { inputs, grid, image, key }: DecoderContext) {
    super();
    const { channels, multipliers, residualBlocks, groups, attention = "lowest" } = config;
    const factor = 2 ** (multipliers.length - 1);
    if (grid.some((side) => side * factor !== image.size))
      throw new UserError(
        `decoder: expected it to enlarge ${grid.join("×")} positions to ${image.size}×${image.size} ` +
          `pixels, got ${multipliers.length} levels that enlarge ${factor} times; give it as many ` +
          "levels as halve the image in the encoder",
      );
    const widths = multipliers.map((multiplier) => channels * multiplier).reverse();
    const lowest = widths[0]!;
    const highest = widths.at(-1)!;
    this.input = new nn.Conv2d({ inputs, outputs: lowest, kernel: 3, key: fold(key, "input") });
    this.middle = new Middle({ channels: lowest, groups, key: fold(key, "middle") });
    this.levels = widths.map(
      (width, i) =>
        new DecoderLevel({
          inputs: widths[i - 1] ?? lowest,
          outputs: width,
          blocks: residualBlocks,
          groups,
          attends: i === 0 && attention === "lowest",
          isHighest: i === widths.length - 1,
          key: fold(key, "levels", i),
        }),
    );
    this.norm = new nn.GroupNorm({ channels: highest, groups });
    this.output = new nn.Conv2d({
      inputs: highest,
      outputs: image.channels,
      kernel: 3,
      key: fold(key, "output"),
    });
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

export const convolutionalDecoder: DecoderStrategy<ConvolutionalOptions> = {
  name: "convolutional",
  summary: "Residual convolutions that double the map level by level, attention at the lowest.",
  reference: "https://arxiv.org/abs/2012.09841",
  options: convolutionalOptions(3),
  create: (config, context) => new ConvolutionalDecoder(config, context),
};
