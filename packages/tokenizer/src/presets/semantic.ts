/** Tokenizers whose codes learn what images mean; rFID in parentheses is that of FQGAN's Table 1. */
import { visual } from "./codebooks.js";
import { perceptual } from "./networks.js";
import type { TokenizerPreset } from "./preset.js";

const options = {};

/**
 * Codes give the teacher's features back at each position, by their cosine; the pixel decoder is trained apart,
 * on codes that it doesn't move (3.41).
 */
export const vqKd: TokenizerPreset = {
  name: "vq-kd",
  summary: "VQ-KD (BEiT v2), codes that reconstruct CLIP's features, with a pixel decoder apart",
  reference: "BEiT v2, arXiv 2208.06366",
  options,
  fidelity: {
    level: "structure-only",
    differs:
      "what reads the teacher's features off codes is FQGAN's head, three blocks as wide as they are, where BEiT v2 has three blocks as wide as its encoder and two layers behind them",
  },
  mini: "vq-kd-mini",
  changes: {
    image: { size: 224 },
    encoder: { name: "vit", patch: 16 },
    latentChannels: 768,
    codebooks: visual(
      { name: "ema-vq", size: 8192, dimensions: 32, beta: 1 },
      {
        teacher: "clip-vit-b16",
        features: 512,
        of: "positions",
        layers: 3,
        objective: "cosine",
        weight: 1,
      },
    ),
    decoding: "apart",
    losses: { perceptual },
  },
};

/** (1.80) */
export const vilaU: TokenizerPreset = {
  name: "vila-u",
  summary: "VILA-U's vision tower, a large vision transformer and four residual levels",
  reference: "VILA-U, arXiv 2409.04429",
  options,
  fidelity: {
    level: "structure-only",
    differs:
      "codes are aligned with an image teacher's features, where VILA-U aligns them with a text tower's; its encoder starts as SigLIP",
  },
  mini: "vila-u-mini",
  changes: {
    encoder: { name: "vit", patch: 16, channels: 1024, layers: 24, heads: 16 },
    codebooks: visual(
      {
        name: "residual",
        levels: 4,
        codebooks: "shared",
        gradient: "sum",
        quantizer: { name: "ema-vq", size: 16384, dimensions: 256, normalize: "none" },
      },
      { teacher: "siglip-large", features: 1024, weight: 1 },
    ),
    losses: { perceptual, adversarial: { weight: 0.75, balance: "adaptive" } },
  },
};
