import type { Strategy } from "@fqgan/registry";
import type { Key, nn, Tensor } from "@fqgan/tensor";

/** Images to a feature map that all codebooks share. */
export interface Encoder extends nn.Module {
  /** C, the width of the feature map. */
  readonly channels: number;
  /** How many times smaller the feature map is than the image, on each side. */
  readonly factor: number;
  /** [B, H, W, 3] in [-1, 1] → [B, H/factor, W/factor, C] */
  call(images: Tensor): Tensor;
  /** A new last layer of this kind of encoder; every codebook has its own: [B, h, w, C] → [B, h, w, outputs]. */
  createHead(options: { outputs: number; key: Key }): nn.Module & nn.Layer;
}

/** An encoder that plugs in by name. */
export interface EncoderStrategy<Options = Record<string, unknown>> extends Strategy {
  create(options: Options, context: { imageChannels: number; key: Key }): Encoder;
}
