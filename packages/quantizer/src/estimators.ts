import { rotationTrick } from "./rotation-trick.js";
import { type GradientEstimator, straightThrough } from "./straight-through.js";

/** Gradient estimators by the name they have in configs. */
export const estimators = {
  "straight-through": straightThrough,
  rotation: rotationTrick,
} as const satisfies Record<string, GradientEstimator>;

/** Name of a gradient estimator. */
export type EstimatorName = keyof typeof estimators;
