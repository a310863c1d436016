/** DINOv2's vision transformer (Oquab et al., arXiv 2304.07193), without registers. */
import { resizeTorch } from "@fqgan/image";
import { UserError } from "@fqgan/registry";
import { nn, type Tensor, type Variable } from "@fqgan/tensor";
import type { StateDict } from "../checkpoint/state-dict.js";
import { FrozenConvolution } from "../layers/convolution.js";
import { FrozenLayerNorm } from "../layers/layer-norm.js";
import { FrozenBlock } from "./block.js";
import { classTokenOf, depthOf, patchTokensOf, tokensOf } from "./tokens.js";

const EPSILON = 1e-6;
/** Channels of a head in every published size. */
const HEAD = 64;

export interface Dinov2Options {
  /** Side of the images that it takes, a multiple of the patch's. */
  readonly size: number;
  /** Default: one for each 64 channels. */
  readonly heads?: number;
}

export class Dinov2 extends nn.Module {
  readonly patches: FrozenConvolution;
  /** [C] */
  readonly classToken: Variable;
  /** [1 + patches, C] */
  readonly positions: Variable;
  readonly blocks: readonly FrozenBlock[];
  readonly norm: FrozenLayerNorm;

  /** @param weights by the names of `dinov2_vitl14_pretrain.pth` */
  constructor(weights: StateDict, { size, heads }: Dinov2Options) {
    super();
    const [, tokens, channels] = weights.shapeOf("pos_embed") as [number, number, number];
    const [, , patch] = weights.shapeOf("patch_embed.proj.weight") as [number, number, number];
    if (size % patch !== 0)
      throw new UserError(
        `${weights.where}: expected images of a multiple of ${patch} pixels, got ${size}`,
      );
    this.patches = new FrozenConvolution(
      { inputs: 3, outputs: channels, kernel: [patch, patch], stride: patch },
      {
        weight: weights.take("patch_embed.proj.weight", [channels, 3, patch, patch]),
        bias: weights.take("patch_embed.proj.bias", [channels]),
      },
    );
    this.classToken = nn.buffer(weights.take("cls_token", [1, 1, channels]), [channels]);
    const stored = weights.take("pos_embed", [1, tokens, channels]);
    const grid = size / patch;
    const positions = positionTable(stored, { channels, grid });
    this.positions = nn.buffer(positions, [1 + grid * grid, channels]);
    // the token of masked patches, which only training uses
    if (weights.has("mask_token")) weights.take("mask_token", [1, channels]);
    this.blocks = Array.from({ length: depthOf(weights.names(), "blocks.") }, (_, i) => {
      const name = `blocks.${i}`;
      return new FrozenBlock(weights, {
        names: {
          norm1: `${name}.norm1`,
          project: { weight: `${name}.attn.qkv.weight`, bias: `${name}.attn.qkv.bias` },
          output: `${name}.attn.proj`,
          norm2: `${name}.norm2`,
          expand: `${name}.mlp.fc1`,
          contract: `${name}.mlp.fc2`,
          scales: [`${name}.ls1.gamma`, `${name}.ls2.gamma`],
        },
        channels,
        heads: heads ?? channels / HEAD,
        epsilon: EPSILON,
        activation: nn.gelu,
      });
    });
    this.norm = new FrozenLayerNorm(weights, "norm", { channels, epsilon: EPSILON });
  }

  /** [B, size, size, 3], ImageNet's mean and deviation taken out → the normed class token, [B, C] */
  call(images: Tensor): Tensor {
    return classTokenOf(this.#tokens(images));
  }

  /** The normed tokens of patches, [B, N, C] */
  patchTokens(images: Tensor): Tensor {
    return patchTokensOf(this.#tokens(images));
  }

  /** [B, 1 + N, C] */
  #tokens(images: Tensor): Tensor {
    const { classToken, positions } = this;
    const tokens = tokensOf(this.patches.call(images), { classToken, positions });
    return this.norm.call(this.blocks.reduce((x, block) => block.call(x), tokens));
  }
}

/** Added to the new side before the scale is taken: the reference's, which moves every coordinate. */
const OFFSET = 0.1;

/**
 * The table for a grid of patches, resized by torch's bicubic rule as DINOv2 does; the class token's row
 * stays.
 *
 * @param stored [1 + s·s, C]
 * @returns [1 + grid·grid, C]
 */
export function positionTable(
  stored: Float32Array,
  { channels, grid }: { readonly channels: number; readonly grid: number },
): Float32Array {
  const side = Math.sqrt(stored.length / channels - 1);
  if (grid === side) return stored;
  const step = side / (grid + OFFSET);
  const resized = resizeTorch(
    { width: side, height: side, channels, data: stored.subarray(channels) },
    { width: grid, height: grid, filter: "bicubic", step: { x: step, y: step } },
  );
  const table = new Float32Array((1 + grid * grid) * channels);
  table.set(stored.subarray(0, channels));
  table.set(resized.data, channels);
  return table;
}
