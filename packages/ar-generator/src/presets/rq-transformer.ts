/** RQ-Transformer's way of writing residual codes (arXiv 2203.01941), on the trunk of this package. */
import type { GeneratorPreset } from "./preset.js";

export const rqTransformerMini: GeneratorPreset = {
  name: "rq-transformer-mini",
  summary: "a small generator of four residual levels for emoji, 1.3 M parameters",
  reference: "RQ-Transformer, arXiv 2203.01941",
  options: {},
  base: "far-mini",
  changes: {
    vocabularies: { level1: 256, level2: 256, level3: 256, level4: 256 },
    aggregation: { name: "sum" },
    head: { name: "depth", layers: 1 },
  },
};
