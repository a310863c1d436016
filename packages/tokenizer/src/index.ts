export type { Adapter, AdapterStrategy } from "./adapter.js";
export { adapters } from "./adapters/index.js";
export {
  parseTokenizerConfig,
  type TokenizerConfig,
  type TokenizerConfigInput,
  tokenizerConfigSchema,
} from "./config.js";
export type { Decoder, DecoderStrategy } from "./decoder.js";
export { decoders } from "./decoders/index.js";
export type { Discriminator, DiscriminatorStrategy } from "./discriminator/discriminator.js";
export { discriminators } from "./discriminator/index.js";
export type { Encoder, EncoderStrategy } from "./encoder.js";
export { encoders } from "./encoders/index.js";
export { type AdversarialObjective, adversarialObjectives } from "./losses/adversarial.js";
export { createTokenizer, Tokenizer, type TokenizerOutput } from "./tokenizer.js";
export { type ImageBatch, TokenizerTrainer, type TokenizerTrainerOptions } from "./trainer.js";
export { type TokenizerTraining, tokenizerTrainingSchema } from "./training-config.js";
