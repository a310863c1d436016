import { defineRegistry, type Registry, type StrategyConfig } from "@fqgan/registry";
import type { Extractor, ExtractorStrategy } from "./extractor.js";
import { builtinJudge } from "./strategies/builtin-judge.js";
import { builtinTeacher } from "./strategies/builtin-teacher.js";
import { clip, fqganClip } from "./strategies/clip.js";
import { dinov2, fqganDinov2 } from "./strategies/dinov2.js";
import { inception } from "./strategies/inception.js";
import { onnx } from "./strategies/onnx.js";
import { randomJudge } from "./strategies/random-judge.js";
import { transformers } from "./strategies/transformers.js";
import { vgg16 } from "./strategies/vgg16.js";

const strategy = <Options>(typed: ExtractorStrategy<Options>) =>
  typed as unknown as ExtractorStrategy;

/** Networks that judge: their features are compared by FID and its kin. */
export const extractors: Registry<ExtractorStrategy> = defineRegistry<ExtractorStrategy>(
  "extractor",
  [
    builtinJudge,
    strategy(randomJudge),
    strategy(inception),
    strategy(vgg16),
    strategy(clip),
    strategy(dinov2),
    strategy(onnx),
    strategy(transformers),
  ],
);

/** Networks that teach: the representation loss pulls codes towards their features. Never a judge. */
export const teachers: Registry<ExtractorStrategy> = defineRegistry<ExtractorStrategy>("teacher", [
  builtinTeacher,
  strategy(clip),
  strategy(dinov2),
  strategy(fqganClip),
  strategy(fqganDinov2),
  strategy(onnx),
  strategy(transformers),
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
