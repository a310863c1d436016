export { createMetric, createMetrics, firstRows } from "./evaluate.js";
export type {
  ExtractorIdentity,
  Gathering,
  Metric,
  MetricBatch,
  MetricContext,
  MetricInput,
  MetricResult,
  MetricState,
  MetricStrategy,
  Protocol,
  Sides,
  ValueDescription,
} from "./metric.js";
export { decodeNpy, encodeNpy, type NpyArray } from "./npz/npy.js";
export { decodeNpz, encodeNpz } from "./npz/npz.js";
export { type NpzFile, openNpz } from "./npz/npz-file.js";
export { metrics } from "./registry.js";
export { type FrechetDistance, frechetDistance } from "./statistics/frechet.js";
export { together } from "./statistics/gather.js";
export { type HistogramSummary, summarise } from "./statistics/histogram.js";
export type { Interval } from "./statistics/intervals.js";
export { compareManifolds, type Manifold } from "./statistics/manifold.js";
export {
  type Gaussian,
  gaussianFromCovariance,
  Moments,
  type Statistics,
} from "./statistics/moments.js";
export { RandomState } from "./statistics/numpy-random.js";
export { CodePerturber, defaultNeighbours, type Perturbation } from "./statistics/perturb-codes.js";
export { weightedInceptionScore } from "./statistics/prediction-spread.js";
export {
  type ReferenceStatistics,
  readReference,
  writeReference,
} from "./statistics/reference.js";
export { Rows, SharedRows } from "./statistics/rows.js";
export { studentCdf, studentQuantile } from "./statistics/student.js";
export type { FeatureRows } from "./statistics/tiles.js";
export { createTsne, TSNE_ITERATIONS, type Tsne } from "./statistics/tsne.js";
export { weightedGaussian, weightedMean } from "./statistics/weighted.js";
export { extrapolate, subsetSizes } from "./strategies/fid-infinity.js";
export { psnrs } from "./strategies/psnr.js";
