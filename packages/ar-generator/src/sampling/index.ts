/** Drawing codes without tensors: for what brings its own way to compute logits, and for pages. */
export { type CodeShape, codebooksOf, positionsOf } from "./code-shape.js";
export {
  argMax,
  type Draw,
  guide,
  inverseCdf,
  keepTopK,
  keepTopP,
  sample,
  shape,
  softmax,
} from "./draw.js";
export { type GuidanceSchedule, guidanceSchedules } from "./guidance.js";
export { type SamplingInput, samplingSchema } from "./options.js";
export {
  type DrawnPosition,
  drawAll,
  drawPositions,
  type GenerateOptions,
  type PositionDecoder,
  type PositionSource,
  type RowLogits,
  type SubCodes,
} from "./positions.js";
