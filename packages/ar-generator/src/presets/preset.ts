import type { Strategy } from "@fqgan/registry";
import type { GeneratorInput } from "../config.js";

/** A generator as its differences from another. */
export interface GeneratorPreset extends Strategy {
  /** The preset that the changes are made to; none for a complete config. */
  readonly base?: string;
  /** Whole top-level settings. */
  readonly changes: Partial<GeneratorInput>;
}
