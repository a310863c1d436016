/**
 * How orthogonal two factors' code vectors are. The disentanglement loss of FQGAN
 * (https://arxiv.org/abs/2411.16681) lowers the mean squared cosine of the two vectors of a position. There are two ways
 * to get there: codebooks in different subspaces, where any code goes with any other, or codes that choose
 * one another by position, which makes the factors depend on each other.
 */

/** Mean squared cosines between two factors' code vectors, in [0, 1]; random directions have 1 / D. */
export interface SquaredCosines {
  /** Of the two vectors of a position: what the loss lowers. */
  readonly paired: number;
  /** Of vectors of any two positions: what it would be if the factors were independent. */
  readonly independent: number;
}

/**
 * Squared cosines between the code vectors of two factors.
 * @param a vectors of one factor, rows of D
 * @param b the other factor's, aligned with them
 */
export function squaredCosines(
  a: Float32Array,
  b: Float32Array,
  dimensions: number,
): SquaredCosines {
  const count = a.length / dimensions;
  const [momentsA, momentsB] = [a, b].map((rows) => secondMoments(rows, dimensions));
  let paired = 0;
  for (let row = 0; row < count; row++) {
    let [dot, lengthA, lengthB] = [0, 0, 0];
    for (let i = row * dimensions; i < (row + 1) * dimensions; i++) {
      dot += a[i]! * b[i]!;
      lengthA += a[i]! ** 2;
      lengthB += b[i]! ** 2;
    }
    const lengths = lengthA * lengthB;
    if (lengths > 0) paired += dot ** 2 / lengths / count;
  }
  // The mean of (u·v)² over all pairs is the inner product of the means of u uᵀ and v vᵀ.
  const independent = momentsA!.reduce((sum, value, i) => sum + value * momentsB![i]!, 0);
  return { paired, independent };
}

/** Mean of u uᵀ over rows of unit length, [D, D]. */
function secondMoments(rows: Float32Array, dimensions: number): Float64Array {
  const moments = new Float64Array(dimensions ** 2);
  const count = rows.length / dimensions;
  for (let row = 0; row < count; row++) {
    const vector = rows.subarray(row * dimensions, (row + 1) * dimensions);
    const length = vector.reduce((sum, value) => sum + value ** 2, 0);
    if (length === 0) continue;
    for (let i = 0; i < dimensions; i++)
      for (let j = 0; j < dimensions; j++)
        moments[i * dimensions + j]! += (vector[i]! * vector[j]!) / length / count;
  }
  return moments;
}
