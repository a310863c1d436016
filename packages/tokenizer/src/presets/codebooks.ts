import type { StrategyConfig } from "@fqgan/registry";
import type { TokenizerConfigInput } from "../config.js";

type Codebook = TokenizerConfigInput["codebooks"][string];
type Teacher = NonNullable<Codebook["representation"]>;

/** FQGAN's codebook: unit vectors with an entropy term, a factorized adapter, perhaps a teacher. */
export function factor(options: {
  size: number;
  adapter?: { layers: number; heads: number };
  teacher?: Teacher;
}): Codebook {
  const { size, adapter, teacher } = options;
  return {
    quantizer: { name: "vq", size, dimensions: 8, entropy: { weight: 0.03 } },
    adapter: { name: "transformer", ...adapter },
    representation: teacher ?? null,
  };
}

/** Everyone else's: one factor on the encoder's features as they are, perhaps with a teacher. */
export function visual(quantizer: StrategyConfig, teacher?: Teacher): Record<string, Codebook> {
  return { visual: { quantizer, adapter: { name: "none" }, representation: teacher ?? null } };
}
