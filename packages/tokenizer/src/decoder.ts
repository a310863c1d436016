import type { Strategy } from "@fqgan/registry";
import type { Key, nn, Tensor, Variable } from "@fqgan/tensor";
import type { ImageShape } from "./encoder.js";
import type { Grid } from "./grid.js";

/** A map of code vectors to images. */
export interface Decoder extends nn.Module {
  /** The kernel of the last layer, where losses on the image are weighed against each other. */
  readonly lastKernel: Variable;
  /** [B, rows, columns, inputs] → [B, H, W, 3], about [-1, 1] (not clipped) */
  call(latents: Tensor): Tensor;
}

/** What a decoder is made for: maps of `inputs` channels, and the images to draw from them. */
export interface DecoderContext {
  readonly inputs: number;
  readonly grid: Grid;
  readonly image: ImageShape;
  readonly key: Key;
}

/** A decoder that plugs in by name. It refuses a grid that it cannot draw the images from. */
export interface DecoderStrategy<Options = Record<string, unknown>> extends Strategy {
  create(options: Options, context: DecoderContext): Decoder;
}
