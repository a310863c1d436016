export { readWeightsFile, type WeightsFile } from "./checkpoint/read-weights.js";
export { StateDict } from "./checkpoint/state-dict.js";
export type { Extracted, Extractor, ExtractorStrategy, PositionFeatures } from "./extractor.js";
export { extractors, loadExtractor, loadTeacher, teachers } from "./extractors.js";
export { Inception, type InceptionOutputs } from "./inception/inception.js";
export { inceptionPreprocessings } from "./inception/preprocess.js";
export {
  type LoadedLpips,
  type LpipsFiles,
  loadLpips,
  lpipsFromWeights,
} from "./lpips/load-lpips.js";
export { Lpips } from "./lpips/lpips.js";
export type { PerceptualDistance, PerceptualDistanceStrategy } from "./perceptual-distance.js";
export { loadPerceptualDistance, perceptualDistances } from "./perceptual-distances.js";
export { nearestStandardised } from "./preprocess/nearest-standardised.js";
export { channelStatistics } from "./preprocess/pillow-standardised.js";
export { type ClipExtractorOptions, clipExtractor } from "./strategies/clip.js";
export { type Dinov2ExtractorOptions, dinov2Extractor } from "./strategies/dinov2.js";
export {
  type InceptionOptions,
  inceptionExtractor,
  inceptionFromWeights,
} from "./strategies/inception.js";
export { vgg16Extractor, vgg16FromWeights } from "./strategies/vgg16.js";
export { positionTable } from "./vision-transformer/dinov2.js";
