/** Structural similarity of two planes (Wang et al., 2004) and its halves for several scales (Wang et al., 2003). */

/** Weights of a separable window along one side, and what its variances are multiplied by. */
export interface Window {
  readonly weights: Float64Array;
  readonly varianceScale: number;
}

/** "uniform": 7×7 with sample variances, scikit-image's default. "gaussian": 11×11, σ 1.5, as in the paper. */
export const WINDOWS = {
  uniform: { weights: new Float64Array(7).fill(1 / 7), varianceScale: 49 / 48 },
  gaussian: { weights: gaussianWeights(11, 1.5), varianceScale: 1 },
} as const satisfies Record<string, Window>;

function gaussianWeights(size: number, sigma: number): Float64Array {
  const middle = (size - 1) / 2;
  const weights = Float64Array.from({ length: size }, (_, i) =>
    Math.exp(-((i - middle) ** 2) / (2 * sigma * sigma)),
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** One channel of an image. */
export interface Plane {
  readonly height: number;
  readonly width: number;
  /** [H, W] */
  readonly data: Float64Array;
}

export interface Similarity {
  /** Mean over all windows inside the planes of luminance · contrast · structure. */
  readonly similarity: number;
  /** The same without luminance. */
  readonly contrast: number;
}

/** @param peak the largest value a pixel can have */
export function structuralSimilarity(
  x: Plane,
  y: Plane,
  { window, peak }: { readonly window: Window; readonly peak: number },
): Similarity {
  const { weights, varianceScale } = window;
  const [c1, c2] = [(0.01 * peak) ** 2, (0.03 * peak) ** 2];
  const average = (values: Float64Array) => slide({ ...x, data: values }, weights);
  const times = (a: Plane, b: Plane) => a.data.map((value, i) => value * b.data[i]!);
  const [meanX, meanY] = [average(x.data), average(y.data)];
  const [squareX, squareY] = [average(times(x, x)), average(times(y, y))];
  const product = average(times(x, y));
  let similarity = 0;
  let contrast = 0;
  for (let i = 0; i < meanX.length; i++) {
    const [ux, uy] = [meanX[i]!, meanY[i]!];
    const varianceX = varianceScale * (squareX[i]! - ux * ux);
    const varianceY = varianceScale * (squareY[i]! - uy * uy);
    const covariance = varianceScale * (product[i]! - ux * uy);
    const structure = (2 * covariance + c2) / (varianceX + varianceY + c2);
    contrast += structure;
    similarity += ((2 * ux * uy + c1) / (ux * ux + uy * uy + c1)) * structure;
  }
  return { similarity: similarity / meanX.length, contrast: contrast / meanX.length };
}

/** Weighted averages over all windows inside a plane, [H - s + 1, W - s + 1]. */
function slide({ height, width, data }: Plane, weights: Float64Array): Float64Array {
  const side = weights.length;
  const [rows, columns] = [height - side + 1, width - side + 1];
  const across = new Float64Array(height * columns); // windows along each row
  for (let i = 0; i < height; i++)
    for (let j = 0; j < columns; j++) {
      const from = i * width + j;
      let sum = 0;
      for (let k = 0; k < side; k++) sum += weights[k]! * data[from + k]!;
      across[i * columns + j] = sum;
    }
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < side; k++) {
      const weight = weights[k]!;
      const from = (i + k) * columns;
      for (let j = 0; j < columns; j++) result[i * columns + j]! += weight * across[from + j]!;
    }
  return result;
}

/** Means of 2×2 pixels; an odd last row or column is averaged alone. */
export function halve({ height, width, data }: Plane): Plane {
  const [rows, columns] = [Math.ceil(height / 2), Math.ceil(width / 2)];
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const [top, left] = [2 * i, 2 * j];
      const [bottom, right] = [Math.min(top + 1, height - 1), Math.min(left + 1, width - 1)];
      result[i * columns + j] =
        (data[top * width + left]! +
          data[top * width + right]! +
          data[bottom * width + left]! +
          data[bottom * width + right]!) /
        4;
    }
  return { height: rows, width: columns, data: result };
}
