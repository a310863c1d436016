import { defineRegistry, type Registry, type StrategyConfig } from "@fqgan/registry";
import type { Extractor, ExtractorStrategy } from "./extractor.js";
import { builtinJudge } from "./strategies/builtin-judge.js";
import { builtinTeacher } from "./strategies/builtin-teacher.js";

/** Networks that judge: their features are compared by FID and its kin. */
export const extractors: Registry<ExtractorStrategy> = defineRegistry<ExtractorStrategy>(
  "extractor",
  [builtinJudge],
);

/** Networks that teach: the representation loss pulls codes towards their features. Never a judge. */
export const teachers: Registry<ExtractorStrategy> = defineRegistry<ExtractorStrategy>("teacher", [
  builtinTeacher,
]);

/** The judge that a config names. */
export function loadExtractor(config: StrategyConfig = { name: "builtin" }): Promise<Extractor> {
  const { strategy, config: options } = extractors.parse(config);
  return strategy.create(options);
}

/** The teacher that a config names. */
export function loadTeacher(config: StrategyConfig = { name: "builtin" }): Promise<Extractor> {
  const { strategy, config: options } = teachers.parse(config);
  return strategy.create(options);
}
