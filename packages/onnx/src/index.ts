export type { DrawnPosition, GenerateOptions, SamplingInput } from "@fqgan/ar-generator/sampling";
export { OnnxGenerator, openGenerator } from "./generator.js";
export { type ExportedFile, type Manifest, readManifest } from "./manifest.js";
export type {
  CreateSession,
  OnnxRuntime,
  SessionLike,
  TensorConstructor,
  TensorLike,
} from "./session.js";
export {
  type DecodeOptions,
  OnnxTokenizer,
  openTokenizer,
  type TokenizerFile,
} from "./tokenizer.js";
