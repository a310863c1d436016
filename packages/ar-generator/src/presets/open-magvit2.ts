/**
 * The generator of Open-MAGVIT2 (arXiv 2409.04410): the 18 bits of a code split into vocabularies of 2⁶
 * and 2¹², whose embeddings are added.
 */
import type { GeneratorPreset } from "./preset.js";

const asymmetric = {
  reference: "Open-MAGVIT2, arXiv 2409.04410",
  options: {},
  base: "far-base",
} as const;
const shared = {
  vocabularies: { first: 2 ** 6, second: 2 ** 12 },
  aggregation: { name: "sum" },
} as const;

export const openMagvit2B: GeneratorPreset = {
  ...asymmetric,
  name: "open-magvit2-b",
  summary: "Open-MAGVIT2-AR-B, 343 M parameters",
  changes: { ...shared, head: { name: "factorized", layers: 2 } },
};

export const openMagvit2L: GeneratorPreset = {
  ...asymmetric,
  name: "open-magvit2-l",
  summary: "Open-MAGVIT2-AR-L, 804 M parameters",
  changes: {
    ...shared,
    width: 1280,
    layers: 36,
    heads: 20,
    head: { name: "factorized", layers: 3 },
  },
};

export const openMagvit2Mini: GeneratorPreset = {
  ...asymmetric,
  name: "open-magvit2-mini",
  summary: "a small generator of Open-MAGVIT2's kind for emoji, 1.0 M parameters",
  base: "far-mini",
  changes: { vocabularies: { first: 2 ** 4, second: 2 ** 6 }, aggregation: { name: "sum" } },
};
