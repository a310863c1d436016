import type { Strategy } from "@fqgan/registry";
import type { HostTensor, nn, Tensor } from "@fqgan/tensor";

/** A frozen network that says how different two images look. */
export interface PerceptualDistance {
  /** Names the network: `lpips-vgg16`. */
  readonly name: string;
  /** The beginning of the SHA-256 of its weights. */
  readonly hash: string;
  /** Differentiable, for a training step: [B, H, W, 3] in [-1, 1] twice → [B]. */
  readonly network: nn.Module & { call(a: Tensor, b: Tensor): Tensor };
  /**
   * The same compiled, for measuring: a distance for each pair, [B].
   * @param a [B, H, W, 3] float32 in [-1, 1]
   */
  distance(a: HostTensor, b: HostTensor): Promise<HostTensor>;
  dispose(): void;
}

/** A perceptual distance that plugs in by name. */
export interface PerceptualDistanceStrategy<Options = Record<string, unknown>> extends Strategy {
  create(options: Options): Promise<PerceptualDistance>;
}
