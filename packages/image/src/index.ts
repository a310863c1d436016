export {
  type AlphaRule,
  type DecodeOptions,
  decodeImage,
  encodePng,
  IMAGE_EXTENSIONS,
} from "./codec.js";
export * from "./pure.js";
