import type { Strategy } from "@fqgan/registry";
import type { TokenizerConfigInput } from "../config.js";

/** How near a preset is to the model it is named after. */
export type Fidelity =
  /** Names, shapes and numbers are held against the reference implementation's. */
  | { readonly level: "faithful"; readonly checkedBy: string }
  /** Built as its paper and code say, never compared with them; `differs` in what is known. */
  | { readonly level: "structure-only"; readonly differs: string }
  /** Small; `missing` is what defines the model and isn't there. */
  | { readonly level: "mini"; readonly missing?: string };

/** A tokenizer as its differences from another. */
export interface TokenizerPreset extends Strategy {
  /** The preset that the changes are made to; none for a complete config. */
  readonly base?: string;
  /** Whole top-level settings. */
  readonly changes: Partial<TokenizerConfigInput>;
  readonly fidelity: Fidelity;
  /** Of a full-size one: the small one that trains on two CPU cores. */
  readonly mini?: string;
  /** Trainable weights of the original, heads that predict features included; counted by a test. */
  readonly parameters?: number;
}

/** Fidelity in a few words, for lists and docs. */
export function describeFidelity({ fidelity }: Pick<TokenizerPreset, "fidelity">): string {
  if (fidelity.level === "faithful") return `faithful: ${fidelity.checkedBy}`;
  if (fidelity.level === "structure-only") return `structure only: ${fidelity.differs}`;
  return fidelity.missing === undefined
    ? "mini"
    : `mini without its defining ingredient: ${fidelity.missing}`;
}
