/** Tokenizers whose networks are vision transformers; rFID in parentheses is that of FQGAN's Table 1. */
import { visual } from "./codebooks.js";
import { perceptual } from "./networks.js";
import type { TokenizerPreset } from "./preset.js";

const options = {};
const base = { channels: 768, layers: 12, heads: 12 };

/** (1.28) */
export const vitVqgan: TokenizerPreset = {
  name: "vit-vqgan",
  summary: "ViT-VQGAN-Base, patches of 8, one unit codebook of 8192",
  reference: "ViT-VQGAN, arXiv 2110.04627",
  options,
  fidelity: {
    level: "structure-only",
    differs:
      "there is no logit-Laplace loss, tokens are normalised before the blocks too, and the encoder's perceptron is 768 wide",
  },
  mini: "vit-vqgan-mini",
  changes: {
    encoder: { name: "vit", patch: 8, ...base },
    decoder: { name: "vit", ...base },
    latentChannels: 768,
    codebooks: visual({ name: "vq", size: 8192, dimensions: 32 }),
    losses: {
      perceptual: { ...perceptual, weight: 0.1 },
      adversarial: {
        discriminator: { name: "style" },
        objective: { name: "vanilla" },
        weight: 0.1,
      },
    },
  },
};

/** (1.70) */
export const titokB64: TokenizerPreset = {
  name: "titok-b-64",
  summary: "TiTok-B-64, an image as 64 tokens without a place, codebook of 4096",
  reference: "TiTok, arXiv 2406.07550",
  options,
  fidelity: {
    level: "structure-only",
    differs:
      "draws pixels in one stage, as its later models do, where TiTok-B-64 predicts the codes of a MaskGIT-VQGAN, whose decoder draws them",
  },
  mini: "titok-mini",
  changes: {
    encoder: { name: "latent-tokens", tokens: 64, patch: 16, ...base },
    decoder: { name: "latent-tokens", patch: 16, ...base },
    latentChannels: 768,
    codebooks: visual({ name: "vq", size: 4096, dimensions: 12 }),
    losses: { perceptual, adversarial: { weight: 0.1 } },
  },
};

/** (1.11) */
export const omniTokenizer: TokenizerPreset = {
  name: "omnitokenizer",
  summary: "OmniTokenizer's image mode, patches of 8, one unit codebook of 8192",
  reference: "OmniTokenizer, arXiv 2406.09399",
  options,
  fidelity: {
    level: "structure-only",
    differs:
      "no videos, no temporal blocks; attention is over the whole image, where half of its encoder's blocks have windows",
  },
  mini: "omnitokenizer-mini",
  base: "vit-vqgan",
  changes: {
    encoder: { name: "vit", patch: 8, channels: 512, layers: 4, heads: 8 },
    decoder: { name: "vit", channels: 512, layers: 4, heads: 8 },
    latentChannels: 512,
    codebooks: visual({ name: "vq", size: 8192, dimensions: 8, beta: 1 }),
  },
};
