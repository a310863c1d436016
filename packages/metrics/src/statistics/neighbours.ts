/** Nearest neighbours by squared Euclidean distance, from tiles of inner products. */
import { eachTile, type FeatureRows, squaredLengths } from "./tiles.js";

/**
 * |x|² + |y|² - 2x·y is off by at most about this share of |x|² + |y|². Where that could decide a
 * comparison, the distance is taken again from differences, by which equal rows are at exactly 0.
 */
export const DOUBT = 1e-12;

/** |x - y|² summed over differences. */
export function squaredDistance(x: FeatureRows, i: number, y: FeatureRows, j: number): number {
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
export async function neighbourRadii(x: FeatureRows, k: number): Promise<Float64Array> {
  const squares = squaredLengths(x);
  const nearest = Array.from({ length: x.rows }, () => new Nearest(k));
  await eachTile(x, x, ({ x0, y0, rows, columns, dots }) => {
    for (let i = 0; i < rows; i++) {
      const mine = nearest[x0 + i]!;
      for (let j = Math.max(0, x0 + i + 1 - y0); j < columns; j++) {
        const distance = squares[x0 + i]! + squares[y0 + j]! - 2 * dots[i * columns + j]!;
        if (distance < mine.farthest) mine.insert(distance, y0 + j);
        const other = nearest[y0 + j]!;
        if (distance < other.farthest) other.insert(distance, x0 + i);
      }
    }
  });
  return Float64Array.from(nearest, ({ indices }, i) =>
    indices.reduce((most, j) => Math.max(most, squaredDistance(x, i, x, j)), 0),
  );
}

/** The k smallest distances seen, ascending, and whose they are. */
class Nearest {
  readonly distances: Float64Array;
  readonly indices: Int32Array;

  constructor(k: number) {
    this.distances = new Float64Array(k).fill(Infinity);
    this.indices = new Int32Array(k);
  }

  get farthest(): number {
    return this.distances[this.distances.length - 1]!;
  }

  insert(distance: number, index: number): void {
    const { distances, indices } = this;
    let at = distances.length - 1;
    for (; at > 0 && distances[at - 1]! > distance; at--) {
      distances[at] = distances[at - 1]!;
      indices[at] = indices[at - 1]!;
    }
    distances[at] = distance;
    indices[at] = index;
  }
}
