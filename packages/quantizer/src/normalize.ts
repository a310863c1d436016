import { type Tensor2D, tf } from "@fqgan/tensor";

/** Rows of length 1: x / max(‖x‖, 1e-12), [N, D] → [N, D]; a zero row stays zero, with zero gradient. */
export function normalizeRows(x: Tensor2D): Tensor2D {
  const squares = tf.sum(tf.square(x), 1, true); // [N, 1]
  // The floor is inside the root, where a derivative at zero would be infinite.
  return tf.div(x, tf.sqrt(tf.maximum(squares, 1e-24)));
}

/** How vectors are brought to a common length before they are compared. */
export const normalizations = {
  none: (x: Tensor2D): Tensor2D => x,
  l2: normalizeRows,
};

export type Normalization = keyof typeof normalizations;

const lengths: Record<Normalization, (row: Float32Array) => number> = {
  none: () => 1,
  l2: (row) => Math.max(Math.hypot(...row), 1e-12),
};

/** The same for values in main memory, changed in place: rows of `dimensions` values. */
export function normalizeHostRows(
  values: Float32Array,
  dimensions: number,
  normalization: Normalization,
): Float32Array {
  for (let start = 0; start < values.length; start += dimensions) {
    const row = values.subarray(start, start + dimensions);
    const length = lengths[normalization](row);
    for (let i = 0; i < dimensions; i++) row[i]! /= length;
  }
  return values;
}
