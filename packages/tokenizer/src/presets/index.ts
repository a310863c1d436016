import { defineRegistry } from "@fqgan/registry";
import type { TokenizerConfigInput } from "../config.js";
import { fqganDual8, fqganDual16, fqganTriple8, fqganTriple16 } from "./fqgan.js";
import { fqganDualMini, fqganTripleMini, vqganMini } from "./mini.js";
import type { TokenizerPreset } from "./preset.js";
import { vqgan } from "./vqgan.js";

export type { TokenizerPreset } from "./preset.js";

/** Tokenizers by name. */
export const tokenizerPresets = defineRegistry<TokenizerPreset>("tokenizer preset", [
  fqganDual16,
  fqganTriple16,
  fqganDual8,
  fqganTriple8,
  vqgan,
  vqganMini,
  fqganDualMini,
  fqganTripleMini,
]);

/**
 * A preset's config with its bases' settings filled in.
 * @param changes replace whole top-level settings, as a preset's own changes do
 */
export function tokenizerPresetConfig(
  name: string,
  changes: Partial<TokenizerConfigInput> = {},
): TokenizerConfigInput {
  const { base, changes: own } = tokenizerPresets.get(name);
  const inherited = base === undefined ? {} : tokenizerPresetConfig(base);
  return { ...inherited, ...own, ...changes } as TokenizerConfigInput;
}
