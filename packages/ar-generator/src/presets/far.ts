/** FAR (FQGAN, arXiv 2411.16681, Table 2) for 16 × 16 dual codes of ImageNet at 256 × 256. */
import type { GeneratorPreset } from "./preset.js";

/** 417.1 M parameters; the paper's 415 M leaves out the aggregation layer. FID 3.38 at scale 2. */
export const farBase: GeneratorPreset = {
  name: "far-base",
  summary: "FAR-Base of the paper, 417 M parameters",
  reference: "FQGAN, arXiv 2411.16681",
  options: {},
  changes: {
    vocabularies: { visual: 16384, semantic: 16384 },
    grid: [16, 16],
    classes: 1000,
    width: 1024,
    layers: 24,
    heads: 16,
    head: { name: "factorized", layers: 3 },
  },
};

/** 901.2 M parameters. FID 3.08 at scale 2. */
export const farLarge: GeneratorPreset = {
  name: "far-large",
  summary: "FAR-Large of the paper, 901 M parameters",
  reference: "FQGAN, arXiv 2411.16681",
  options: {},
  base: "far-base",
  changes: { width: 1280, layers: 36, heads: 20, head: { name: "factorized", layers: 4 } },
};

/** 1.2 M parameters for 8 × 8 codes of the 9 emoji classes: trains in minutes on two cores. */
export const farMini: GeneratorPreset = {
  name: "far-mini",
  summary: "a small FAR for emoji, 1.2 M parameters",
  options: {},
  base: "far-base",
  changes: {
    vocabularies: { visual: 256, semantic: 256 },
    grid: [8, 8],
    classes: 9,
    width: 128,
    layers: 4,
    heads: 4,
    feedForwardMultiple: 32,
    head: { name: "factorized", layers: 1 },
    dropout: { residual: 0, feedForward: 0 },
  },
};
