/**
 * FQGAN (arXiv 2411.16681, Table 1) on ImageNet at 256 × 256. Structure and recipe as the reference
 * implementation has them, apart from its LPIPS loss.
 */
import { factor } from "./codebooks.js";
import type { TokenizerPreset } from "./preset.js";

const reference = "FQGAN, arXiv 2411.16681";
const losses = { disentanglement: 0.1, adversarial: { weight: 0.5, startStep: 20000 } };
const shallow = { name: "convolutional", multipliers: [1, 2, 2, 4] };

/** Trained towards CLIP ViT-L/14. rFID 0.94. */
export const fqganDual16: TokenizerPreset = {
  name: "fqgan-dual-ds16",
  summary: "FQGAN-Dual, 16 times smaller, 111 M parameters (150 M with its feature head)",
  reference,
  options: {},
  changes: {
    codebooks: {
      visual: factor({ size: 16384 }),
      semantic: factor({ size: 16384, teacher: { teacher: "clip-vit-l14", features: 1024 } }),
    },
    losses,
  },
};

/** Trained towards DINOv2-small and CLIP ViT-B/16. rFID 0.76. */
export const fqganTriple16: TokenizerPreset = {
  name: "fqgan-triple-ds16",
  summary: "FQGAN-Triple, 16 times smaller, 132 M parameters (159 M with its feature heads)",
  reference,
  options: {},
  changes: {
    codebooks: {
      visual: factor({ size: 16384 }),
      semanticMid: factor({ size: 16384, teacher: { teacher: "dinov2-small", features: 384 } }),
      semanticHigh: factor({ size: 16384, teacher: { teacher: "clip-vit-b16", features: 768 } }),
    },
    losses,
  },
};

/** rFID 0.32. */
export const fqganDual8: TokenizerPreset = {
  name: "fqgan-dual-ds8",
  summary: "FQGAN-Dual, 8 times smaller",
  reference,
  options: {},
  base: "fqgan-dual-ds16",
  changes: { encoder: shallow, decoder: shallow },
};

/** rFID 0.24. */
export const fqganTriple8: TokenizerPreset = {
  name: "fqgan-triple-ds8",
  summary: "FQGAN-Triple, 8 times smaller",
  reference,
  options: {},
  base: "fqgan-triple-ds16",
  changes: { encoder: shallow, decoder: shallow },
};
