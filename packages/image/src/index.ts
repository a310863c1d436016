export {
  type AlphaRule,
  type DecodeOptions,
  decodeImage,
  encodePng,
  IMAGE_EXTENSIONS,
  rasterizeSvg,
} from "./codec.js";
export * from "./pure.js";
