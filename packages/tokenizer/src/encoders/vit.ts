import { fold, type Key, nn, type Tensor, tf } from "@fqgan/tensor";
import type { z } from "zod";
import type { Encoder, EncoderStrategy, ImageShape } from "../encoder.js";
import type { Grid } from "../grid.js";
import { patchesAcross, toPatches } from "../patches.js";
import { TokenTransformer } from "../token-transformer.js";
import { patch, transformerOptions } from "../vision-options.js";

const options = { patch: patch(8), ...transformerOptions };
type Options = z.output<z.ZodObject<typeof options>>;

/** A layer with tanh; the projection to codes that follows makes it ViT-VQGAN's two-layer perceptron. */
export class TanhHead extends nn.Module {
  readonly output: nn.Linear;

  constructor(options: { inputs: number; outputs: number; key: Key }) {
    super();
    this.output = new nn.Linear({ ...options, key: fold(options.key, "output") });
  }

  call(x: Tensor): Tensor {
    return tf.tanh(this.output.call(x));
  }
}

/** The encoder of ViT-VQGAN (Yu et al., arXiv 2110.04627): a vision transformer, one token a patch. */
export class VisionEncoder extends nn.Module implements Encoder {
  readonly embed: nn.Linear;
  readonly transformer: TokenTransformer;
  readonly grid: Grid;
  readonly channels: number;
  readonly #patch: number;

  constructor(
    { patch, channels, layers, heads }: Options,
    { image, key }: { image: ImageShape; key: Key },
  ) {
    super();
    const side = patchesAcross(image.size, patch);
    this.grid = [side, side];
    this.channels = channels;
    this.#patch = patch;
    this.embed = new nn.Linear({
      inputs: patch ** 2 * image.channels,
      outputs: channels,
      key: fold(key, "embed"),
    });
    this.transformer = new TokenTransformer({
      grids: [this.grid],
      channels,
      layers,
      heads,
      key: fold(key, "transformer"),
    });
  }

  call(images: Tensor): Tensor {
    const tokens = this.embed.call(toPatches(images, this.#patch)); // [B, N, C]
    return tf.reshape(this.transformer.transform(tokens), [-1, ...this.grid, this.channels]);
  }

  createHead({ outputs, key }: { outputs: number; key: Key }): nn.Module & nn.Layer {
    return new TanhHead({ inputs: this.channels, outputs, key });
  }
}

export const visionEncoder: EncoderStrategy<Options> = {
  name: "vit",
  summary: "A vision transformer: one token for each patch.",
  reference: "https://arxiv.org/abs/2110.04627",
  options,
  create: (config, context) => new VisionEncoder(config, context),
};
