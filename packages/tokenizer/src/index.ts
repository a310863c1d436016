export type { Adapter, AdapterStrategy } from "./adapter.js";
export { adapters } from "./adapters/index.js";
export { tokenizerAtSize } from "./at-size.js";
export { decodeTokenizer, encodeTokenizer, tokenizerContent } from "./checkpoint.js";
export { factorOf } from "./codebook-names.js";
export {
  parseTokenizerConfig,
  type TokenizerConfig,
  type TokenizerConfigInput,
  tokenizerConfigSchema,
} from "./config.js";
export type { Decoder, DecoderContext, DecoderStrategy } from "./decoder.js";
export { decoders } from "./decoders/index.js";
export { defaultTokenizer } from "./default-tokenizer.js";
export { adversarialWeight } from "./discriminator/adversary.js";
export { balances } from "./discriminator/balance.js";
export type {
  Discriminator,
  DiscriminatorContext,
  DiscriminatorStrategy,
} from "./discriminator/discriminator.js";
export { discriminators } from "./discriminator/index.js";
export {
  type Judged,
  type Penalty,
  type PenaltyStrategy,
  penalties,
} from "./discriminator/penalties.js";
export type { Encoder, EncoderStrategy, ImageShape } from "./encoder.js";
export { encoders } from "./encoders/index.js";
export type { Frozen } from "./freeze.js";
export type { Grid } from "./grid.js";
export { tokenizerHash } from "./hash.js";
export type { ImageBatch } from "./image-batch.js";
export { type FqganImportOptions, fqganConfig, fqganWeights, importFqgan } from "./import/fqgan.js";
export { exportFqgan, fqganShapes } from "./import/fqgan-export.js";
export {
  fqganNames,
  type ReferenceModel,
  referenceModel,
  referenceModels,
} from "./import/fqgan-names.js";
export { type FqganTrainingOptions, fqganTrainingState } from "./import/fqgan-training.js";
export {
  importLatentDiffusion,
  latentDiffusionNames,
  latentDiffusionWeights,
} from "./import/latent-diffusion.js";
export { fromTorch } from "./import/layout.js";
export { patchDiscriminatorWeights } from "./import/patch-discriminator.js";
export { holdsPublished, importPublished, type PublishedOptions } from "./import/published.js";
export { publishedModel } from "./import/published-model.js";
export { styleDiscriminatorWeights } from "./import/style-discriminator.js";
export { encodeLatents, seedCodebooks } from "./latents.js";
export { loadTokenizer, saveTokenizer } from "./load.js";
export { type AdversarialObjective, adversarialObjectives } from "./losses/adversarial.js";
export type { PerceptualNetwork } from "./losses/perceptual.js";
export { representationLoss, representationLosses } from "./losses/representation.js";
export { taughtName } from "./losses/taught.js";
export {
  describeFidelity,
  type Fidelity,
  type TokenizerPreset,
  tokenizerPresetConfig,
  tokenizerPresets,
} from "./presets/index.js";
export { startFrom } from "./start-from.js";
export { createTokenizer, Tokenizer, type TokenizerOutput } from "./tokenizer.js";
export { TokenizerTrainer, type TokenizerTrainerOptions } from "./trainer.js";
export { type TokenizerTraining, tokenizerTrainingSchema } from "./training-config.js";
