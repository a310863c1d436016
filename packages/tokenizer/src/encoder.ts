import type { Strategy } from "@fqgan/registry";
import type { Key, nn, Tensor } from "@fqgan/tensor";
import type { Grid } from "./grid.js";

/** Images to a feature map that all codebooks share. */
export interface Encoder extends nn.Module {
  /** C, the width of the feature map. */
  readonly channels: number;
  /** Rows and columns of the feature map. */
  readonly grid: Grid;
  /** [B, H, W, 3] in [-1, 1] → [B, rows, columns, C] */
  call(images: Tensor): Tensor;
  /** A new last layer of this kind of encoder; every codebook has its own: [B, h, w, C] → [B, h, w, outputs]. */
  createHead(options: { outputs: number; key: Key }): nn.Module & nn.Layer;
}

/** The square images that an encoder or decoder is made for. */
export interface ImageShape {
  readonly size: number;
  readonly channels: number;
}

/** An encoder that plugs in by name. */
export interface EncoderStrategy<Options = Record<string, unknown>> extends Strategy {
  create(options: Options, context: { image: ImageShape; key: Key }): Encoder;
}
