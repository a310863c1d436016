import type { Strategy } from "@fqgan/registry";
import type { Key, nn, Tensor, Variable } from "@fqgan/tensor";

/** A map of code vectors to images. */
export interface Decoder extends nn.Module {
  /** How many times larger the image is than the map, on each side. */
  readonly factor: number;
  /** The kernel of the last layer, where losses on the image are weighed against each other. */
  readonly lastKernel: Variable;
  /** [B, h, w, inputs] → [B, h·factor, w·factor, 3], about [-1, 1] (not clipped) */
  call(latents: Tensor): Tensor;
}

/** A decoder that plugs in by name. */
export interface DecoderStrategy<Options = Record<string, unknown>> extends Strategy {
  create(options: Options, context: { inputs: number; imageChannels: number; key: Key }): Decoder;
}
