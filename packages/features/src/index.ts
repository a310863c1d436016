export type { Extracted, Extractor, ExtractorStrategy } from "./extractor.js";
export { extractors, loadExtractor, loadTeacher, teachers } from "./extractors.js";
export {
  type LoadedLpips,
  type LpipsFiles,
  loadLpips,
  lpipsFromWeights,
} from "./lpips/load-lpips.js";
export { Lpips } from "./lpips/lpips.js";
export type { PerceptualDistance, PerceptualDistanceStrategy } from "./perceptual-distance.js";
export { loadPerceptualDistance, perceptualDistances } from "./perceptual-distances.js";
