import type { Strategy } from "@fqgan/registry";
import type { Key, nn, Tensor } from "@fqgan/tensor";

/** Tells real images from reconstructions. */
export interface Discriminator extends nn.Module {
  /** [B, H, W, C] in [-1, 1] → logits of any shape, large for real */
  call(images: Tensor, mode: { training: boolean }): Tensor;
}

/** What a discriminator is made for. */
export interface DiscriminatorContext {
  readonly imageChannels: number;
  /** Side of the square images. */
  readonly imageSize: number;
  readonly key: Key;
}

/** A discriminator that plugs in by name. */
export interface DiscriminatorStrategy<Options = Record<string, unknown>> extends Strategy {
  create(options: Options, context: DiscriminatorContext): Discriminator;
}
