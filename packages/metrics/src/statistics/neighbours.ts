/** Nearest neighbours by squared Euclidean distance, one row of distances at a time. */
import type { Matrix } from "../linear-algebra/index.js";

/** |x - y|² summed over differences, so that equal rows are at exactly 0. */
export function squaredDistance(x: Matrix, i: number, y: Matrix, j: number): number {
  const size = x.columns;
  const [p, q] = [i * size, j * size];
  let sum = 0;
  for (let k = 0; k < size; k++) {
    const difference = x.data[p + k]! - y.data[q + k]!;
    sum += difference * difference;
  }
  return sum;
}

/** Squared distance of every row of x [N, D] to its k-th nearest other row. */
export function neighbourRadii(x: Matrix, k: number): Float64Array {
  const nearest = Array.from({ length: x.rows }, () => new Float64Array(k).fill(Infinity));
  for (let i = 0; i < x.rows; i++)
    for (let j = 0; j < i; j++) {
      const distance = squaredDistance(x, i, x, j);
      insert(nearest[i]!, distance);
      insert(nearest[j]!, distance);
    }
  return Float64Array.from(nearest, (distances) => distances[k - 1]!);
}

/** Keeps the k smallest values in ascending order. */
function insert(smallest: Float64Array, value: number): void {
  let at = smallest.length - 1;
  if (value >= smallest[at]!) return;
  for (; at > 0 && smallest[at - 1]! > value; at--) smallest[at] = smallest[at - 1]!;
  smallest[at] = value;
}
