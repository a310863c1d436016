export {
  checkFinite,
  checkIndices,
  codeCount,
  joinIndices,
  MAX_CODES,
  packIndex,
  splitIndices,
  unpackIndex,
} from "./codes.js";
export type { Composed, Composition } from "./compose/composition.js";
export {
  createFactorized,
  type FactorizedOptions,
  FactorizedQuantizer,
} from "./compose/factorized.js";
export { createProduct, ProductQuantizer } from "./compose/product.js";
export { type CompositionStrategy, compositions, createComposition } from "./compose/registry.js";
export { createResidual, type ResidualOptions, ResidualQuantizer } from "./compose/residual.js";
export { createSingle, SingleQuantizer } from "./compose/single.js";
export { type EstimatorName, estimators } from "./estimators.js";
export {
  CodebookHealth,
  type CodebookHealthOptions,
  explainHealth,
  type HealthEvent,
  type HealthSample,
} from "./health/codebook-health.js";
export type { HealthWindow } from "./health/rules.js";
export { type Advice, type Symptom, type SymptomName, symptoms } from "./health/symptoms.js";
export { diagnoseCodebook, type Finding, SymptomTracker } from "./health/tracker.js";
export { lookupValues, quantizeValues } from "./host.js";
export { type Contest, contender, contendersOfBits } from "./lab/contenders.js";
export { compareQuantizers, type LabResult, type LatentLabOptions } from "./lab/latent-lab.js";
export { disentanglementLoss } from "./losses/disentanglement.js";
export { type Entropies, softChoiceEntropies } from "./losses/entropy.js";
export { nearestCodes } from "./nearest-code.js";
export {
  type Codes,
  checkLatents,
  defineQuantizer,
  type OfBits,
  type Quantized,
  type QuantizeMode,
  type Quantizer,
  type QuantizerRegistry,
  type QuantizerStrategy,
} from "./quantizer.js";
export { createQuantizer, quantizers } from "./registry.js";
export { type SeedingOptions, type SeedOptions, seedCodebook } from "./seed-codebook.js";
export {
  type CodebookReport,
  CodebookStats,
  type MutualInformation,
  type StoredCodebookStats,
  type Usage,
} from "./stats/codebook-stats.js";
export { codeDrift, type Drift } from "./stats/drift.js";
export { type GradientEstimator, stopGradient, straightThrough } from "./straight-through.js";
