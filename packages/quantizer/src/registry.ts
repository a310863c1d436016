import { defineRegistry, type StrategyConfig } from "@fqgan/registry";
import type { Key } from "@fqgan/tensor";
import type { Quantizer, QuantizerRegistry, QuantizerStrategy } from "./quantizer.js";
import * as strategies from "./strategies/index.js";

/** Every quantizer by name; add your own with `quantizers.register(defineQuantizer({ … }))`. */
export const quantizers: QuantizerRegistry = defineRegistry<QuantizerStrategy>(
  "quantizer",
  Object.values(strategies),
);

/** A quantizer from its config: `{ name: "vq", size: 1024, dimensions: 8 }`. */
export function createQuantizer(config: StrategyConfig, key: Key): Quantizer {
  const { strategy, config: parsed } = quantizers.parse(config, `quantizer "${config.name}"`);
  return strategy.create(parsed, key);
}
