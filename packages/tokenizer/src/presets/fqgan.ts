/**
 * FQGAN (arXiv 2411.16681, Table 1) on ImageNet at 256 × 256. Structure and recipe as the reference
 * implementation has them.
 */
import { factor } from "./codebooks.js";
import { perceptual, shallow } from "./networks.js";
import type { TokenizerPreset } from "./preset.js";

const common = {
  reference: "FQGAN, arXiv 2411.16681",
  options: {},
  fidelity: {
    level: "faithful",
    checkedBy: "names, shapes, codes and images of the reference at full size (tests/parity)",
  },
} as const;
const losses = { perceptual, disentanglement: 0.1, adversarial: { weight: 0.5, startStep: 20000 } };

/** Trained towards CLIP ViT-L/14. rFID 0.94. */
export const fqganDual16: TokenizerPreset = {
  ...common,
  name: "fqgan-dual-ds16",
  summary: "FQGAN-Dual, 16 times smaller, 111 M parameters (150 M with its feature head)",
  mini: "fqgan-dual-mini",
  parameters: 150_410_131,
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
  ...common,
  name: "fqgan-triple-ds16",
  summary: "FQGAN-Triple, 16 times smaller, 132 M parameters (159 M with its feature heads)",
  mini: "fqgan-triple-mini",
  parameters: 159_295_515,
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
  ...common,
  name: "fqgan-dual-ds8",
  summary: "FQGAN-Dual, 8 times smaller",
  mini: "fqgan-dual-mini",
  parameters: 150_209_427,
  base: "fqgan-dual-ds16",
  changes: { encoder: shallow, decoder: shallow },
};

/** rFID 0.24. */
export const fqganTriple8: TokenizerPreset = {
  ...common,
  name: "fqgan-triple-ds8",
  summary: "FQGAN-Triple, 8 times smaller",
  mini: "fqgan-triple-mini",
  parameters: 159_586_331,
  base: "fqgan-triple-ds16",
  changes: { encoder: shallow, decoder: shallow },
};
