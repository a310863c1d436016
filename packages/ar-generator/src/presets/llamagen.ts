/** LlamaGen (arXiv 2406.06525, Table 1): one codebook, no aggregation, one classifier. */
import type { GeneratorPreset } from "./preset.js";

const sized = (name: string, changes: GeneratorPreset["changes"], millions: string) =>
  ({
    name: `llamagen-${name}`,
    summary: `LlamaGen-${name.toUpperCase()}, ${millions} M parameters`,
    reference: "LlamaGen, arXiv 2406.06525",
    options: {},
    base: "far-base",
    changes: {
      vocabularies: { code: 16384 },
      aggregation: { name: "sum" },
      head: { name: "single" },
      ...changes,
    },
  }) satisfies GeneratorPreset;

export const llamagenB = sized("b", { width: 768, layers: 12, heads: 12 }, "111");
export const llamagenL = sized("l", { width: 1024, layers: 24, heads: 16 }, "343");
export const llamagenXl = sized("xl", { width: 1280, layers: 36, heads: 20 }, "775");
export const llamagenXxl = sized("xxl", { width: 1536, layers: 48, heads: 24 }, "1,411");

/** As far-mini, with one codebook. */
export const llamagenMini: GeneratorPreset = {
  name: "llamagen-mini",
  summary: "a small LlamaGen for emoji, 0.9 M parameters",
  options: {},
  base: "far-mini",
  changes: {
    vocabularies: { code: 256 },
    aggregation: { name: "sum" },
    head: { name: "single" },
  },
};
