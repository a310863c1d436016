import { defineRegistry, type Registry, type StrategyConfig } from "@fqgan/registry";
import type { PerceptualDistance, PerceptualDistanceStrategy } from "./perceptual-distance.js";
import { builtinDistance, builtinJudgeDistance } from "./strategies/builtin-distance.js";
import { lpips } from "./strategies/lpips.js";

/** Distances of image pairs by a frozen network; as losses and as metrics. */
export const perceptualDistances: Registry<PerceptualDistanceStrategy> =
  defineRegistry<PerceptualDistanceStrategy>("perceptual distance", [
    builtinDistance,
    builtinJudgeDistance,
    lpips as unknown as PerceptualDistanceStrategy,
  ]);

/** The distance that a config names. */
export function loadPerceptualDistance(config: StrategyConfig): Promise<PerceptualDistance> {
  const { strategy, config: options } = perceptualDistances.parse(config);
  return strategy.create(options);
}
