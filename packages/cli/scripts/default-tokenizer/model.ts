import type { TokenizerConfigInput } from "@fqgan/tokenizer";

const network = { name: "convolutional", channels: 16, multipliers: [1, 2, 4], groups: 8 };
const codebook = {
  quantizer: { name: "vq", size: 512, dimensions: 8, entropy: { weight: 0.03 } },
  adapter: { name: "transformer", layers: 1, heads: 4 },
};

/**
 * FQGAN-dual for 64 × 64 images and four times smaller grids, small enough to ship: 16 × 16 positions of
 * 9 + 9 bits. The semantic codebook learns from the built-in teacher.
 */
export const defaultConfig: TokenizerConfigInput = {
  image: { size: 64 },
  encoder: { ...network, residualBlocks: 1 },
  decoder: { ...network, residualBlocks: 1 },
  latentChannels: 64,
  codebooks: {
    visual: codebook,
    semantic: {
      ...codebook,
      representation: { teacher: "builtin", features: 64, layers: 1, heads: 4 },
    },
  },
  losses: { reconstruction: { l1: 0.5, l2: 1 }, disentanglement: 0.1 },
};
