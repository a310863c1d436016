/**
 * Small tokenizers of 32 × 32 images, mostly of 8 × 8 positions: they train in minutes on two cores.
 * Codebooks of 256 keep the paper's proportions between rows of its Table 3; `vqgan-mini` is its first
 * row (unit vectors, so that only the number of codebooks differs from the others).
 */
import type { TokenizerConfigInput } from "../config.js";
import { factor } from "./codebooks.js";
import type { TokenizerPreset } from "./preset.js";

const network = { name: "convolutional", channels: 32, multipliers: [1, 1, 2], groups: 8 };
const common = {
  image: { size: 32 },
  encoder: { ...network, residualBlocks: 1 },
  decoder: { ...network, residualBlocks: 1 },
  latentChannels: 64,
} satisfies Partial<TokenizerConfigInput>;

const size = 256;
const adapter = { layers: 2, heads: 4 };
/** The built-in teacher's features, predicted by one block. */
export const teacher = { teacher: "builtin", features: 64, layers: 1, heads: 4 };
const losses = { disentanglement: 0.1 };

const mini = { options: {}, fidelity: { level: "mini" } } as const;

export const vqganMini: TokenizerPreset = {
  ...mini,
  name: "vqgan-mini",
  summary: "a small VQGAN, one codebook of 256",
  changes: {
    ...common,
    codebooks: { visual: { ...factor({ size }), adapter: { name: "none" } } },
  },
};

export const fqganDualMini: TokenizerPreset = {
  ...mini,
  name: "fqgan-dual-mini",
  summary: "a small FQGAN-Dual, two codebooks of 256",
  changes: {
    ...common,
    codebooks: { visual: factor({ size, adapter }), semantic: factor({ size, adapter, teacher }) },
    losses,
  },
};

export const fqganTripleMini: TokenizerPreset = {
  ...mini,
  name: "fqgan-triple-mini",
  summary: "a small FQGAN-Triple, three codebooks of 256",
  base: "fqgan-dual-mini",
  changes: {
    codebooks: {
      visual: factor({ size, adapter }),
      semanticMid: factor({ size, adapter, teacher }),
      semanticHigh: factor({ size, adapter, teacher }),
    },
  },
};
