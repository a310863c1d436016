import { fold, nn, type Tensor, tf, type Variable } from "@fqgan/tensor";
import type { z } from "zod";
import type { Decoder, DecoderContext, DecoderStrategy } from "../decoder.js";
import { fromPatches, patchesAcross } from "../patches.js";
import { TokenTransformer } from "../token-transformer.js";
import { patch, transformerOptions } from "../vision-options.js";

const options = { patch: patch(16), ...transformerOptions };
type Options = z.output<z.ZodObject<typeof options>>;

/**
 * The decoder of TiTok (Yu et al., arXiv 2406.07550), as its one-stage models draw pixels: a vision
 * transformer reads one mask token for each patch and the codes, each mask token becomes its patch, and
 * a 3×3 convolution smooths the seams. A mask token starts as its position's row.
 */
export class LatentTokenDecoder extends nn.Module implements Decoder {
  readonly input: nn.Linear;
  readonly transformer: TokenTransformer;
  readonly output: nn.Linear;
  readonly smooth: nn.Conv2d;
  readonly #patch: number;
  /** N, the number of patches. */
  readonly #patches: number;

  constructor(
    { patch, channels, layers, heads }: Options,
    { inputs, grid, image, key }: DecoderContext,
  ) {
    super();
    this.#patch = patch;
    const side = patchesAcross(image.size, patch);
    this.#patches = side ** 2;
    this.input = new nn.Linear({ inputs, outputs: channels, key: fold(key, "input") });
    this.transformer = new TokenTransformer({
      grids: [[side, side], grid],
      channels,
      layers,
      heads,
      key: fold(key, "transformer"),
    });
    this.output = new nn.Linear({
      inputs: channels,
      outputs: patch ** 2 * image.channels,
      key: fold(key, "output"),
    });
    this.smooth = new nn.Conv2d({
      inputs: image.channels,
      outputs: image.channels,
      kernel: 3,
      key: fold(key, "smooth"),
    });
  }

  get lastKernel(): Variable {
    return this.smooth.kernel;
  }

  call(latents: Tensor): Tensor {
    const [batch, rows, columns, inputs] = latents.shape as [number, number, number, number];
    const codes = this.input.call(tf.reshape(latents, [batch, rows * columns, inputs])); // [B, K, C]
    const size = [batch, this.#patches, codes.shape[2]!];
    const tokens = this.transformer.transform(tf.concat([tf.zeros(size), codes], 1)); // [B, N + K, C]
    const masks = tf.slice(tokens, [0, 0, 0], size); // [B, N, C]
    return this.smooth.call(fromPatches(this.output.call(masks), this.#patch));
  }
}

export const latentTokenDecoder: DecoderStrategy<Options> = {
  name: "latent-tokens",
  summary: "A vision transformer that draws patches from a few tokens without a place (TiTok).",
  reference: "https://arxiv.org/abs/2406.07550",
  options,
  create: (config, context) => new LatentTokenDecoder(config, context),
};
