import { defineRegistry } from "@fqgan/registry";
import type { TokenizerConfigInput } from "../config.js";
import { sdVae, sdxlVae } from "./continuous.js";
import {
  llamagenVq8,
  llamagenVq16,
  openMagvit8,
  openMagvit16,
  rqVae,
  sdVqgan8,
  sdVqgan16,
  vqgan,
  vqganLc,
} from "./convolutional.js";
import { fqganDual8, fqganDual16, fqganTriple8, fqganTriple16 } from "./fqgan.js";
import { fqganDualMini, fqganTripleMini, vqganMini } from "./mini.js";
import { otherMinis } from "./mini-others.js";
import type { TokenizerPreset } from "./preset.js";
import { vilaU, vqKd } from "./semantic.js";
import { omniTokenizer, titokB64, vitVqgan } from "./vision-transformers.js";

export { describeFidelity, type Fidelity, type TokenizerPreset } from "./preset.js";

/** Tokenizers by name. */
export const tokenizerPresets = defineRegistry<TokenizerPreset>("tokenizer preset", [
  fqganDual16,
  fqganTriple16,
  fqganDual8,
  fqganTriple8,
  vqgan,
  sdVqgan16,
  sdVqgan8,
  llamagenVq16,
  llamagenVq8,
  rqVae,
  vqganLc,
  openMagvit16,
  openMagvit8,
  vitVqgan,
  titokB64,
  omniTokenizer,
  vqKd,
  vilaU,
  sdVae,
  sdxlVae,
  fqganDualMini,
  fqganTripleMini,
  vqganMini,
  ...otherMinis,
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
