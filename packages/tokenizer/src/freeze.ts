import type { Variable } from "@fqgan/tensor";
import type { Tokenizer } from "./tokenizer.js";

/** What fine-tuning can leave as it is, by the beginnings of its variables' names. */
const frozenParts = {
  encoder: ["encoder.", "branches."],
  "encoder-and-codebooks": ["encoder.", "branches.", "quantization."],
} as const;

/** What of a tokenizer training leaves as it is. */
export type Frozen = keyof typeof frozenParts;

export const frozenChoices = Object.keys(frozenParts) as [Frozen];

/** The variables of a tokenizer that training moves. */
export function trainedVariables(
  tokenizer: Tokenizer,
  frozen: Frozen | undefined,
): Map<string, Variable> {
  const parts: readonly string[] = frozen === undefined ? [] : frozenParts[frozen];
  const entries = [...tokenizer.namedVariables()].filter(
    ([name, { trainable }]) => trainable && !parts.some((part) => name.startsWith(part)),
  );
  return new Map(entries);
}
