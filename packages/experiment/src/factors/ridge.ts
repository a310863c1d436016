/** Rows of equally many numbers. */
export interface Rows {
  readonly count: number;
  readonly columns: number;
  /** [count, columns] */
  readonly data: ArrayLike<number>;
}

/** y ≈ mean of y + (x - mean of x) · matrix. */
export interface LinearMap {
  readonly inputMean: Float64Array;
  readonly outputMean: Float64Array;
  /** [inputs, outputs] */
  readonly matrix: Float64Array;
}

/**
 * Ridge regressions of y on x, one for each strength, by the normal equations. A strength of 1 adds the mean
 * variance of x's columns to each.
 * @param weights of the rows
 */
export function fitRidges(
  x: Rows,
  y: Rows,
  { weights, strengths }: { weights: Float64Array; strengths: readonly number[] },
): LinearMap[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = weights.map((weight) => weight / total);
  const [inputMean, outputMean] = [meanOf(x, shares), meanOf(y, shares)];
  const [size, outputs] = [x.columns, y.columns];
  const gram = new Float64Array(size * size); // its lower half
  const products = new Float64Array(size * outputs);
  const row = new Float64Array(size);
  for (let n = 0; n < x.count; n++) {
    const share = shares[n]!;
    for (let a = 0; a < size; a++) row[a] = x.data[n * size + a]! - inputMean[a]!;
    for (let a = 0; a < size; a++) {
      const scaled = share * row[a]!;
      const at = a * size;
      for (let b = 0; b <= a; b++) gram[at + b]! += scaled * row[b]!;
      for (let o = 0; o < outputs; o++)
        products[a * outputs + o]! += scaled * (y.data[n * outputs + o]! - outputMean[o]!);
    }
  }
  let variance = 0;
  for (let a = 0; a < size; a++) variance += gram[a * size + a]! / size;
  return strengths.map((strength) => {
    const regularised = gram.slice();
    // Inputs that never change have no variance of their own: something must be there to divide by.
    const added = Math.max(strength * variance, 1e-12);
    for (let a = 0; a < size; a++) regularised[a * size + a]! += added;
    const matrix = products.slice();
    solveInPlace(regularised, matrix, { size, outputs });
    return { inputMean, outputMean, matrix };
  });
}

/** [count, outputs] */
export function applyLinear({ inputMean, outputMean, matrix }: LinearMap, x: Rows): Float64Array {
  const outputs = outputMean.length;
  const predicted = new Float64Array(x.count * outputs);
  for (let n = 0; n < x.count; n++) {
    predicted.set(outputMean, n * outputs);
    for (let a = 0; a < x.columns; a++) {
      const value = x.data[n * x.columns + a]! - inputMean[a]!;
      for (let o = 0; o < outputs; o++)
        predicted[n * outputs + o]! += value * matrix[a * outputs + o]!;
    }
  }
  return predicted;
}

function meanOf({ count, columns, data }: Rows, shares: Float64Array): Float64Array {
  const mean = new Float64Array(columns);
  for (let n = 0; n < count; n++)
    for (let c = 0; c < columns; c++) mean[c]! += shares[n]! * data[n * columns + c]!;
  return mean;
}

/** Solves gram · w = right for a positive definite gram (lower half), leaving w in `right`. */
function solveInPlace(
  gram: Float64Array,
  right: Float64Array,
  { size, outputs }: { size: number; outputs: number },
): void {
  // Cholesky: gram = L Lᵀ, L in the lower half.
  for (let a = 0; a < size; a++)
    for (let b = 0; b <= a; b++) {
      let sum = gram[a * size + b]!;
      for (let k = 0; k < b; k++) sum -= gram[a * size + k]! * gram[b * size + k]!;
      gram[a * size + b] = a === b ? Math.sqrt(sum) : sum / gram[b * size + b]!;
    }
  const subtract = (a: number, k: number, factor: number) => {
    for (let o = 0; o < outputs; o++) right[a * outputs + o]! -= factor * right[k * outputs + o]!;
  };
  const divide = (a: number) => {
    for (let o = 0; o < outputs; o++) right[a * outputs + o]! /= gram[a * size + a]!;
  };
  for (let a = 0; a < size; a++) {
    for (let k = 0; k < a; k++) subtract(a, k, gram[a * size + k]!);
    divide(a);
  }
  for (let a = size - 1; a >= 0; a--) {
    for (let k = a + 1; k < size; k++) subtract(a, k, gram[k * size + a]!);
    divide(a);
  }
}
