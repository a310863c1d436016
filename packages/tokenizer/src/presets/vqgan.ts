/** VQGAN (arXiv 2012.09841): one codebook of long vectors compared by Euclidean distance, no adapter. */
import type { TokenizerPreset } from "./preset.js";

/** rFID 4.98 in FQGAN's Table 1. */
export const vqgan: TokenizerPreset = {
  name: "vqgan",
  summary: "VQGAN, 16 times smaller, one codebook of 16384",
  reference: "VQGAN, arXiv 2012.09841",
  options: {},
  changes: {
    codebooks: {
      visual: {
        quantizer: { name: "vq", size: 16384, dimensions: 256, normalize: "none" },
        adapter: { name: "none" },
      },
    },
    losses: {
      reconstruction: { l1: 1, l2: 0 },
      adversarial: { weight: 0.8, balance: "adaptive", startStep: 250001 },
    },
  },
};
