/**
 * Linear probes (Alain and Bengio, https://arxiv.org/abs/1610.01644): how well a linear map reads something
 * from codes says how openly they hold it. Ridge regressions fitted on training images, their strength
 * chosen on validation images, scored on test images.
 */
import { classBalancedWeights } from "@fqgan/data";
import { applyLinear, fitRidges, type LinearMap, type Rows } from "./ridge.js";

export interface BySplit<T> {
  readonly train: T;
  readonly validation: T;
  readonly test: T;
}

const STRENGTHS = [1e-3, 1e-2, 1e-1, 1, 10];

/** The best on validation, scored on test. */
function chosenScore(
  maps: readonly LinearMap[],
  x: BySplit<Rows>,
  score: (predicted: Float64Array, split: "validation" | "test") => number,
): number {
  const scores = maps.map((map) => score(applyLinear(map, x.validation), "validation"));
  const best = maps[scores.indexOf(Math.max(...scores))]!;
  return score(applyLinear(best, x.test), "test");
}

/**
 * Share of test images whose class is read right, each class weighing the same. Undefined where a class
 * is tested that was not trained (photographs held out as a whole).
 */
export function probeClasses(
  x: BySplit<Rows>,
  labels: BySplit<Int32Array>,
  classes: number,
): number | undefined {
  const known = new Set(labels.train);
  const unknown = [...labels.validation, ...labels.test].some((label) => !known.has(label));
  if (unknown || known.size < 2) return undefined;
  const oneHot = new Float64Array(x.train.count * classes);
  labels.train.forEach((label, row) => {
    oneHot[row * classes + label] = 1;
  });
  const y = { count: x.train.count, columns: classes, data: oneHot };
  const weights = classBalancedWeights(labels.train, classes);
  return chosenScore(fitRidges(x.train, y, { weights, strengths: STRENGTHS }), x, (rows, split) =>
    balancedAccuracy(rows, labels[split], classes),
  );
}

function balancedAccuracy(rows: Float64Array, labels: Int32Array, classes: number): number {
  const weights = classBalancedWeights(labels, classes);
  let right = 0;
  labels.forEach((label, row) => {
    const scores = rows.subarray(row * classes, (row + 1) * classes);
    if (scores.indexOf(Math.max(...scores)) === label) right += weights[row]!;
  });
  return right;
}

/** R² of what is read of some numbers of each test image, averaged over them; 1 is all, 0 is no more than the mean. */
export function probeNumbers(x: BySplit<Rows>, y: BySplit<Rows>): number {
  const weights = new Float64Array(x.train.count).fill(1);
  const maps = fitRidges(x.train, y.train, { weights, strengths: STRENGTHS });
  return chosenScore(maps, x, (rows, split) => explained(rows, y[split]));
}

function explained(predicted: Float64Array, { count, columns, data }: Rows): number {
  let sum = 0;
  for (let c = 0; c < columns; c++) {
    let mean = 0;
    for (let n = 0; n < count; n++) mean += data[n * columns + c]! / count;
    let [left, all] = [0, 0];
    for (let n = 0; n < count; n++) {
      left += (data[n * columns + c]! - predicted[n * columns + c]!) ** 2;
      all += (data[n * columns + c]! - mean) ** 2;
    }
    sum += 1 - left / all;
  }
  return sum / columns;
}
