import { fold, type Key, nn, type Tensor, tf } from "@fqgan/tensor";
import * as z from "zod";
import { BatchNorm } from "./batch-norm.js";
import type {
  Discriminator,
  DiscriminatorContext,
  DiscriminatorStrategy,
} from "./discriminator.js";

const options = {
  channels: z.int().positive().default(64).describe("width of the first convolution"),
  layers: z.int().positive().default(3).describe("halvings of the resolution"),
};
type Options = z.output<z.ZodObject<typeof options>>;

/** A convolution, then batch normalisation unless it is the first. */
class Stage extends nn.Module {
  readonly conv: nn.Conv2d;
  readonly norm?: BatchNorm;

  constructor(stage: {
    inputs: number;
    outputs: number;
    stride: number;
    normed: boolean;
    key: Key;
  }) {
    super();
    const { inputs, outputs, stride, normed, key } = stage;
    this.conv = convolution({ inputs, outputs, stride, bias: !normed, key: fold(key, "conv") });
    if (normed) this.norm = new BatchNorm({ channels: outputs, key: fold(key, "norm") });
  }

  call(x: Tensor, mode: { training: boolean }): Tensor {
    const y = this.conv.call(x);
    return tf.leakyRelu(this.norm?.call(y, mode) ?? y, 0.2);
  }
}

function convolution(conv: {
  inputs: number;
  outputs: number;
  stride: number;
  bias: boolean;
  key: Key;
}): nn.Conv2d {
  return new nn.Conv2d({ ...conv, kernel: 4, padding: 1, init: nn.normalInit(0.02) });
}

/**
 * PatchGAN (Isola et al., arXiv 1611.07004): 4×4 convolutions that judge overlapping patches, each
 * by one logit.
 */
export class PatchDiscriminator extends nn.Module implements Discriminator {
  readonly stages: Stage[];
  readonly output: nn.Conv2d;

  constructor(
    { channels, layers }: Options,
    { imageChannels, key }: Pick<DiscriminatorContext, "imageChannels" | "key">,
  ) {
    super();
    // Widths double up to 8 times the first; the last stage keeps the resolution.
    const widths = Array.from({ length: layers + 1 }, (_, i) => channels * Math.min(2 ** i, 8));
    this.stages = widths.map(
      (width, i) =>
        new Stage({
          inputs: widths[i - 1] ?? imageChannels,
          outputs: width,
          stride: i < layers ? 2 : 1,
          normed: i > 0,
          key: fold(key, "stages", i),
        }),
    );
    this.output = convolution({
      inputs: widths.at(-1)!,
      outputs: 1,
      stride: 1,
      bias: true,
      key: fold(key, "output"),
    });
  }

  /** [B, H, W, C] → [B, h, w, 1], about H / 2^layers high */
  call(images: Tensor, mode: { training: boolean }): Tensor {
    return this.output.call(this.stages.reduce((x, stage) => stage.call(x, mode), images));
  }
}

export const patchDiscriminator: DiscriminatorStrategy<Options> = {
  name: "patch",
  summary: "PatchGAN: one logit for each overlapping patch.",
  reference: "https://arxiv.org/abs/1611.07004",
  options,
  create: (config, context) => new PatchDiscriminator(config, context),
};
