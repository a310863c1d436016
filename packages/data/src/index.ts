export { type Augmentation, augmentationSchema, drawView } from "./augmentation.js";
export { classBalancedIndices, classBalancedWeights, classCounts } from "./balance.js";
export { type CropPlan, cropPlans } from "./crop-plans.js";
export {
  type Dataset,
  type DatasetConfig,
  type DatasetRegistry,
  type DatasetStrategy,
  type LoadSettings,
  type RejectedFile,
  requireImages,
  type Split,
  type SplitCounts,
  type SplitName,
  splitCounts,
  UnreadableImagesError,
  type View,
} from "./dataset.js";
export { datasets, loadDataset } from "./datasets.js";
export { type EvaluationBatch, evaluationBatches } from "./evaluation.js";
export { FOLDS } from "./grouped-folds.js";
export { type Batch, createLoader, type Loader, type LoaderOptions } from "./loader.js";
export {
  NEAR_COPY_DISTANCE,
  type NearestNeighbour,
  nearCopyShare,
  nearestNeighbours,
} from "./near-copies.js";
export { splitOf } from "./split-by-hash.js";
