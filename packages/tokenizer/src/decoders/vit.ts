import { UserError } from "@fqgan/registry";
import { fold, nn, type Tensor, tf, type Variable } from "@fqgan/tensor";
import type { z } from "zod";
import type { Decoder, DecoderContext, DecoderStrategy } from "../decoder.js";
import { fromPatches } from "../patches.js";
import { TokenTransformer } from "../token-transformer.js";
import { transformerOptions } from "../vision-options.js";

type Options = z.output<z.ZodObject<typeof transformerOptions>>;

/**
 * The decoder of ViT-VQGAN (Yu et al., arXiv 2110.04627): a vision transformer over the codes, then a
 * two-layer perceptron with tanh that draws each one's patch.
 */
export class VisionDecoder extends nn.Module implements Decoder {
  readonly input: nn.Linear;
  readonly transformer: TokenTransformer;
  readonly expand: nn.Linear;
  readonly output: nn.Linear;
  readonly #patch: number;

  constructor({ channels, layers, heads }: Options, { inputs, grid, image, key }: DecoderContext) {
    super();
    const [rows, columns] = grid;
    if (rows !== columns)
      throw new UserError(
        `decoder: vit: expected a square map of positions, got ${rows}×${columns}; ` +
          'use the decoder "latent-tokens" for tokens without a place',
      );
    this.#patch = image.size / rows;
    const linear = (name: string, sides: { inputs: number; outputs: number }) =>
      new nn.Linear({ ...sides, key: fold(key, name) });
    this.input = linear("input", { inputs, outputs: channels });
    this.transformer = new TokenTransformer({
      grids: [grid],
      channels,
      layers,
      heads,
      key: fold(key, "transformer"),
    });
    this.expand = linear("expand", { inputs: channels, outputs: 4 * channels });
    this.output = linear("output", {
      inputs: 4 * channels,
      outputs: this.#patch ** 2 * image.channels,
    });
  }

  get lastKernel(): Variable {
    return this.output.kernel;
  }

  call(latents: Tensor): Tensor {
    const [batch, rows, columns, inputs] = latents.shape as [number, number, number, number];
    const tokens = this.input.call(tf.reshape(latents, [batch, rows * columns, inputs])); // [B, N, C]
    const hidden = tf.tanh(this.expand.call(this.transformer.transform(tokens))); // [B, N, 4C]
    return fromPatches(this.output.call(hidden), this.#patch);
  }
}

export const visionDecoder: DecoderStrategy<Options> = {
  name: "vit",
  summary: "A vision transformer: each position draws its patch.",
  reference: "https://arxiv.org/abs/2110.04627",
  options: transformerOptions,
  create: (config, context) => new VisionDecoder(config, context),
};
