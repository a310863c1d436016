import type { Strategy } from "@fqgan/registry";
import type { TokenizerConfigInput } from "../config.js";

/** A tokenizer as its differences from another. */
export interface TokenizerPreset extends Strategy {
  /** The preset that the changes are made to; none for a complete config. */
  readonly base?: string;
  /** Whole top-level settings. */
  readonly changes: Partial<TokenizerConfigInput>;
}
