/**
 * The class-conditional transformer of VQGAN (arXiv 2012.09841) at its size, 48 layers of 1536, on the
 * trunk of this package: RMSNorm, SwiGLU and rotary positions instead of LayerNorm, GELU and learned ones.
 */
import type { GeneratorPreset } from "./preset.js";

/** 1,411 M parameters; the paper's has 1.4 B. */
export const vqganGpt: GeneratorPreset = {
  name: "vqgan-gpt",
  summary: "VQGAN's GPT in size, 1,411 M parameters",
  reference: "VQGAN, arXiv 2012.09841",
  options: {},
  base: "far-base",
  changes: {
    vocabularies: { code: 16384 },
    width: 1536,
    layers: 48,
    heads: 24,
    aggregation: { name: "sum" },
    head: { name: "single" },
  },
};

/** As deep and narrow as its model for the size. */
export const vqganGptMini: GeneratorPreset = {
  name: "vqgan-gpt-mini",
  summary: "a small GPT for emoji, 0.7 M parameters",
  reference: "VQGAN, arXiv 2012.09841",
  options: {},
  base: "far-mini",
  changes: {
    vocabularies: { code: 256 },
    width: 96,
    layers: 6,
    heads: 3,
    aggregation: { name: "sum" },
    head: { name: "single" },
  },
};
