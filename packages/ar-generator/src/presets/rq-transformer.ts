/**
 * RQ-Transformer's way of writing residual codes (arXiv 2203.01941) on the trunk of this package: 8 × 8
 * positions of four levels that share a codebook there and have vocabularies of their own here.
 */
import type { GeneratorPreset } from "./preset.js";

const levels = (size: number) => ({ level1: size, level2: size, level3: size, level4: size });

/** 42 layers of the trunk and 6 of the head, 1536 wide, as the paper's model of 1.4 B. */
export const rqTransformer: GeneratorPreset = {
  name: "rq-transformer",
  summary: "RQ-Transformer in size: 42 + 6 layers of 1536 for four residual levels",
  reference: "RQ-Transformer, arXiv 2203.01941",
  options: {},
  base: "far-base",
  changes: {
    vocabularies: levels(16384),
    grid: [8, 8],
    width: 1536,
    layers: 42,
    heads: 24,
    aggregation: { name: "sum" },
    head: { name: "depth", layers: 6 },
  },
};

export const rqTransformerMini: GeneratorPreset = {
  name: "rq-transformer-mini",
  summary: "a small generator of four residual levels for emoji, 1.3 M parameters",
  reference: "RQ-Transformer, arXiv 2203.01941",
  options: {},
  base: "far-mini",
  changes: {
    vocabularies: levels(256),
    aggregation: { name: "sum" },
    head: { name: "depth", layers: 1 },
  },
};
