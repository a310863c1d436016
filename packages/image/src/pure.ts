/** Everything that is arithmetic alone: runs in a browser too. */
export { channelOf, compositeOn, dropAlpha } from "./alpha.js";
export { type ContactSheetOptions, contactSheet, inRows } from "./contact-sheet.js";
export {
  type CropPlace,
  centreCrop,
  crop,
  flip,
  placedCrop,
  type Rectangle,
  resizeSmallerSide,
} from "./crop.js";
export { type FloatImage, type Image, type Raster, unpackImages } from "./image.js";
export {
  type QuantizeRule,
  quantizeRules,
  toFloat,
  toSignedUnit,
  toUint8,
  toUnit,
} from "./quantize.js";
export { filterTaps, type PilFilter, type Taps } from "./resize/filters.js";
export { resizePil, resizePilFloat } from "./resize/pil.js";
export { resizeTf1 } from "./resize/tf1.js";
export { resizeTorch, type TorchFilter } from "./resize/torch.js";
export { tenCrop } from "./ten-crop.js";
export { cutTiles, joinTiles, type TileLayout, tileLayout } from "./tiles.js";
