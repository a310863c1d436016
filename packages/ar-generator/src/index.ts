export {
  type Aggregation,
  type AggregationStrategy,
  aggregations,
} from "./aggregation.js";
export {
  type CodeBatch,
  type CodeSource,
  requireSameCodes,
} from "./codes.js";
export { type GeneratorConfig, type GeneratorInput, generatorSchema } from "./config.js";
export type { DecoderOptions } from "./decoder.js";
export { type DecodingPrograms, decodingPrograms } from "./decoding-programs.js";
export { GeneratorEvaluator, type ImageLosses, type PositionMaps } from "./evaluator.js";
export { Sampler } from "./generate.js";
export {
  type Head,
  type HeadSetting,
  type HeadStrategy,
  heads,
  type Logits,
  type StageInput,
} from "./heads/index.js";
export {
  exportWeights,
  importGenerator,
  importWeights,
  isReferenceGenerator,
  type ReferenceFacts,
  referenceConfig,
  releaseOf,
} from "./import/import.js";
export { type Release, type WeightName, weightNames } from "./import/reference-names.js";
export { KvCache } from "./kv-cache.js";
export {
  decodeGenerator,
  encodeGenerator,
  type GeneratorCheckpoint,
  generatorContent,
  loadGenerator,
  saveGenerator,
} from "./load.js";
export { codeLoss } from "./loss.js";
export { type GeneratorPreset, generatorPresets, presetConfig } from "./presets/index.js";
export { generateAccepted, type RejectionOptions } from "./rejection.js";
export {
  codebooksOf,
  type DrawnPosition,
  type GenerateOptions,
  type GuidanceSchedule,
  guidanceSchedules,
  positionsOf,
  type SamplingInput,
  samplingSchema,
} from "./sampling/index.js";
export { GeneratorTrainer, type GeneratorTrainerOptions, trainingSchema } from "./trainer.js";
export { createGenerator, Generator } from "./transformer.js";
