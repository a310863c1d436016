export {
  type AlphaRule,
  type DecodeOptions,
  decodeImage,
  encodePng,
  IMAGE_EXTENSIONS,
  type OrientationRule,
  rasterizeSvg,
} from "./codec.js";
export * from "./pure.js";
