export { type Augmentation, augmentationSchema, drawView } from "./augmentation.js";
export type {
  Dataset,
  DatasetConfig,
  DatasetRegistry,
  DatasetStrategy,
  RejectedFile,
  Split,
  SplitName,
  View,
} from "./dataset.js";
export { datasets, loadDataset } from "./datasets.js";
export { type EvaluationBatch, evaluationBatches } from "./evaluation.js";
export { type Batch, createLoader, type Loader, type LoaderOptions } from "./loader.js";
