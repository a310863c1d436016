import { UserError } from "@fqgan/registry";
import { fold, type Key, nn, type Tensor, tf } from "@fqgan/tensor";
import * as z from "zod";
import { blur } from "./blur.js";
import type {
  Discriminator,
  DiscriminatorContext,
  DiscriminatorStrategy,
} from "./discriminator.js";

const options = {
  widths: z
    .array(z.int().positive())
    .min(1)
    .default([64, 128, 256, 512])
    .describe("channels at full resolution and after each halving; the last goes on"),
};
type Options = z.output<z.ZodObject<typeof options>>;

/** The last feature map is so many pixels high. */
const SMALLEST = 4;

const rectify = (x: Tensor): Tensor => tf.leakyRelu(x, 0.2);

/** Halves the image: two convolutions, then one with stride on blurred features; a 1×1 beside them. */
class Block extends nn.Module {
  readonly shortcut: nn.Conv2d;
  readonly first: nn.Conv2d;
  readonly second: nn.Conv2d;
  readonly down: nn.Conv2d;

  constructor({ inputs, outputs, key }: { inputs: number; outputs: number; key: Key }) {
    super();
    const convolution = (name: string, from: number, kernel: number, stride: number) =>
      new nn.Conv2d({ inputs: from, outputs, kernel, stride, key: fold(key, name) });
    this.shortcut = convolution("shortcut", inputs, 1, 2);
    this.first = convolution("first", inputs, 3, 1);
    this.second = convolution("second", outputs, 3, 1);
    this.down = convolution("down", outputs, 3, 2);
  }

  /** [B, H, W, inputs] → [B, H/2, W/2, outputs] */
  call(x: Tensor): Tensor {
    const refined = rectify(this.second.call(rectify(this.first.call(x))));
    const halved = this.down.call(blur(refined));
    return tf.mul(tf.add(halved, this.shortcut.call(x)), Math.SQRT1_2);
  }
}

/**
 * StyleGAN's discriminator in the residual form of StyleGAN2 (Karras et al., arXiv 1912.04958), without
 * equalised learning rates or batch statistics, as FQGAN's and LlamaGen's code has it: the image is halved
 * down to 4 × 4 features, from which two linear layers make one logit.
 */
export class StyleDiscriminator extends nn.Module implements Discriminator {
  readonly input: nn.Conv2d;
  readonly blocks: Block[];
  readonly last: nn.Conv2d;
  readonly hidden: nn.Linear;
  readonly output: nn.Linear;

  constructor(options: Options, context: DiscriminatorContext) {
    super();
    const { imageChannels, imageSize, key } = context;
    const halvings = Math.log2(imageSize / SMALLEST);
    if (!Number.isInteger(halvings) || halvings < 1)
      throw new UserError(
        `discriminator style: expected images of 8, 16, 32, … pixels, got ${imageSize}; ` +
          'use another size, or the discriminator "patch"',
      );
    const widths = Array.from(
      { length: halvings + 1 },
      (_, i) => options.widths[i] ?? options.widths.at(-1)!,
    );
    const width = widths.at(-1)!;
    const convolution = (name: string, inputs: number, outputs: number) =>
      new nn.Conv2d({ inputs, outputs, kernel: 3, key: fold(key, name) });
    this.input = convolution("input", imageChannels, widths[0]!);
    this.blocks = widths
      .slice(1)
      .map((outputs, i) => new Block({ inputs: widths[i]!, outputs, key: fold(key, "blocks", i) }));
    this.last = convolution("last", width, width);
    this.hidden = new nn.Linear({
      inputs: width * SMALLEST ** 2,
      outputs: width,
      key: fold(key, "hidden"),
    });
    this.output = new nn.Linear({ inputs: width, outputs: 1, key: fold(key, "output") });
  }

  /** [B, H, W, C] → [B, 1] */
  call(images: Tensor): Tensor {
    const start = rectify(this.input.call(images));
    const features = rectify(
      this.last.call(this.blocks.reduce((x, block) => block.call(x), start)),
    );
    const flat = tf.reshape(features, [images.shape[0]!, -1]); // [B, 4·4·width]
    return this.output.call(rectify(this.hidden.call(flat)));
  }
}

export const styleDiscriminator: DiscriminatorStrategy<Options> = {
  name: "style",
  summary: "StyleGAN's: the whole image is judged by one logit.",
  reference: "https://arxiv.org/abs/1912.04958",
  options,
  create: (config, context) => new StyleDiscriminator(config, context),
};
