/** The image tower of CLIP (Radford et al., arXiv 2103.00020) as OpenAI published it. */
import { nn, type Tensor, type Tensor2D, tf, type Variable } from "@fqgan/tensor";
import type { StateDict } from "../checkpoint/state-dict.js";
import { FrozenConvolution } from "../layers/convolution.js";
import { FrozenLayerNorm } from "../layers/layer-norm.js";
import { FrozenBlock } from "./block.js";
import { classTokenOf, depthOf, patchTokensOf, tokensOf } from "./tokens.js";

const EPSILON = 1e-5;
/** Channels of a head in every published size. */
const HEAD = 64;

/** x·sigmoid(1.702 x) */
const quickGelu = (x: Tensor): Tensor => tf.mul(x, tf.sigmoid(tf.mul(x, 1.702)));

export class ClipVision extends nn.Module {
  readonly patches: FrozenConvolution;
  /** [C] */
  readonly classToken: Variable;
  /** [1 + patches, C] */
  readonly positions: Variable;
  readonly normBefore: FrozenLayerNorm;
  readonly blocks: readonly FrozenBlock[];
  readonly normAfter: FrozenLayerNorm;
  /** [C, D] */
  readonly projection: Variable;
  /** @param weights by OpenAI's names, without `visual.` */
  constructor(weights: StateDict, { heads }: { readonly heads?: number } = {}) {
    super();
    const { channels, patch, tokens, dimensions } = ClipVision.sizes(weights);
    this.patches = new FrozenConvolution(
      { inputs: 3, outputs: channels, kernel: [patch, patch], stride: patch },
      { weight: weights.take("conv1.weight", [channels, 3, patch, patch]) },
    );
    const norm = (name: string) =>
      new FrozenLayerNorm(weights, name, { channels, epsilon: EPSILON });
    this.classToken = nn.buffer(weights.take("class_embedding", [channels]), [channels]);
    const positions = weights.take("positional_embedding", [tokens, channels]);
    this.positions = nn.buffer(positions, [tokens, channels]);
    this.normBefore = norm("ln_pre");
    const prefix = "transformer.resblocks.";
    this.blocks = Array.from({ length: depthOf(weights.names(), prefix) }, (_, i) => {
      const name = `${prefix}${i}`;
      return new FrozenBlock(weights, {
        names: {
          norm1: `${name}.ln_1`,
          project: { weight: `${name}.attn.in_proj_weight`, bias: `${name}.attn.in_proj_bias` },
          output: `${name}.attn.out_proj`,
          norm2: `${name}.ln_2`,
          expand: `${name}.mlp.c_fc`,
          contract: `${name}.mlp.c_proj`,
        },
        channels,
        heads: heads ?? channels / HEAD,
        epsilon: EPSILON,
        activation: quickGelu,
      });
    });
    this.normAfter = norm("ln_post");
    this.projection = nn.buffer(weights.take("proj", [channels, dimensions]), [
      channels,
      dimensions,
    ]);
  }

  /** What the weights tell: `size` is the side of the images that they are for. */
  static sizes(weights: StateDict) {
    const [channels, , patch] = weights.shapeOf("conv1.weight") as [number, number, number];
    const [tokens] = weights.shapeOf("positional_embedding") as [number];
    const [, dimensions] = weights.shapeOf("proj") as [number, number];
    return { channels, patch, tokens, dimensions, size: Math.sqrt(tokens - 1) * patch };
  }

  /** [B, size, size, 3], CLIP's mean and deviation taken out → the embedding, not of unit length, [B, D] */
  call(images: Tensor): Tensor {
    return this.#embed(this.lastClassToken(images));
  }

  /** The same of each patch, [B, N, D]: what BEiT v2 (arXiv 2208.06366) teaches codes of a place. */
  patchEmbeddings(images: Tensor): Tensor {
    const tokens = this.lastPatchTokens(images);
    const [batch, count, channels] = tokens.shape as [number, number, number];
    const rows = this.#embed(tf.reshape(tokens, [batch * count, channels]));
    return tf.reshape(rows, [batch, count, -1]);
  }

  /** The class token as the last block leaves it, before its normalisation: [B, C] */
  lastClassToken(images: Tensor): Tensor {
    return classTokenOf(this.#tokens(images));
  }

  /** The tokens of patches as the last block leaves them, [B, N, C] */
  lastPatchTokens(images: Tensor): Tensor {
    return patchTokensOf(this.#tokens(images));
  }

  /** [B, 1 + N, C] */
  #tokens(images: Tensor): Tensor {
    const { classToken, positions } = this;
    const tokens = tokensOf(this.patches.call(images), { classToken, positions });
    return this.blocks.reduce((x, block) => block.call(x), this.normBefore.call(tokens));
  }

  /** [M, C] → [M, D] */
  #embed(tokens: Tensor): Tensor {
    const normed = this.normAfter.call(tokens);
    return tf.matMul(normed as Tensor2D, this.projection as unknown as Tensor2D);
  }
}
