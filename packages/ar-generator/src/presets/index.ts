import { defineRegistry } from "@fqgan/registry";
import type { GeneratorInput } from "../config.js";
import { farBase, farLarge, farMini } from "./far.js";
import { llamagenB, llamagenL, llamagenMini, llamagenXl, llamagenXxl } from "./llamagen.js";
import { openMagvit2B, openMagvit2L, openMagvit2Mini } from "./open-magvit2.js";
import type { GeneratorPreset } from "./preset.js";
import { rqTransformer, rqTransformerMini } from "./rq-transformer.js";
import { vqganGpt, vqganGptMini } from "./vqgan-gpt.js";

export type { GeneratorPreset } from "./preset.js";

/** Generators by name. */
export const generatorPresets = defineRegistry<GeneratorPreset>("generator preset", [
  farBase,
  farLarge,
  farMini,
  llamagenB,
  llamagenL,
  llamagenXl,
  llamagenXxl,
  llamagenMini,
  openMagvit2B,
  openMagvit2L,
  openMagvit2Mini,
  rqTransformer,
  rqTransformerMini,
  vqganGpt,
  vqganGptMini,
]);

/**
 * A preset's config with its bases' settings filled in.
 * @param changes replace whole top-level settings, as a preset's own changes do
 */
export function presetConfig(name: string, changes: Partial<GeneratorInput> = {}): GeneratorInput {
  const { base, changes: own } = generatorPresets.get(name);
  const inherited = base === undefined ? {} : presetConfig(base);
  return { ...inherited, ...own, ...changes } as GeneratorInput;
}
