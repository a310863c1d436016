import { fold, type Key, nn, type Tensor, tf } from "@fqgan/tensor";
import * as z from "zod";
import type { Encoder, EncoderStrategy, ImageShape } from "../encoder.js";
import type { Grid } from "../grid.js";
import { patchesAcross, toPatches } from "../patches.js";
import { TokenTransformer } from "../token-transformer.js";
import { patch, transformerOptions } from "../vision-options.js";
import { TanhHead } from "./vit.js";

const options = {
  tokens: z.int().positive().default(64).describe("K, latent tokens that stand for the image"),
  patch: patch(16),
  ...transformerOptions,
};
type Options = z.output<z.ZodObject<typeof options>>;

/**
 * The encoder of TiTok (Yu et al., arXiv 2406.07550): a vision transformer reads the image's patches and
 * K more tokens, and only what those have become is kept. A latent token starts as its position's row.
 */
export class LatentTokenEncoder extends nn.Module implements Encoder {
  readonly embed: nn.Linear;
  readonly transformer: TokenTransformer;
  /** [1, K]: the tokens are in order, but nowhere in the image. */
  readonly grid: Grid;
  readonly channels: number;
  readonly #patch: number;

  constructor(
    { tokens, patch, channels, layers, heads }: Options,
    { image, key }: { image: ImageShape; key: Key },
  ) {
    super();
    this.grid = [1, tokens];
    this.channels = channels;
    this.#patch = patch;
    this.embed = new nn.Linear({
      inputs: patch ** 2 * image.channels,
      outputs: channels,
      key: fold(key, "embed"),
    });
    const side = patchesAcross(image.size, patch);
    this.transformer = new TokenTransformer({
      grids: [[side, side], this.grid],
      channels,
      layers,
      heads,
      key: fold(key, "transformer"),
    });
  }

  call(images: Tensor): Tensor {
    const patches = this.embed.call(toPatches(images, this.#patch)); // [B, N, C]
    const [batch, count] = patches.shape as [number, number, number];
    const size = [batch, this.grid[1], this.channels];
    const tokens = tf.concat([patches, tf.zeros(size)], 1); // [B, N + K, C]
    const latents = tf.slice(this.transformer.transform(tokens), [0, count, 0], size); // [B, K, C]
    return tf.reshape(latents, [batch, ...this.grid, this.channels]); // [B, 1, K, C]
  }

  createHead({ outputs, key }: { outputs: number; key: Key }): nn.Module & nn.Layer {
    return new TanhHead({ inputs: this.channels, outputs, key });
  }
}

export const latentTokenEncoder: EncoderStrategy<Options> = {
  name: "latent-tokens",
  summary: "A vision transformer that gathers the image in a few tokens without a place (TiTok).",
  reference: "https://arxiv.org/abs/2406.07550",
  options,
  create: (config, context) => new LatentTokenEncoder(config, context),
};
