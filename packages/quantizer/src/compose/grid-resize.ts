import { type Tensor2D, tf } from "@fqgan/tensor";

/** A resize of one axis as a matrix [outputs, inputs]. */
type AxisResize = (inputs: number, outputs: number) => number[][];

const emptyRows = (rows: number, columns: number) =>
  Array.from({ length: rows }, () => new Array<number>(columns).fill(0));

/** Means over ⌊i·n/m⌋ … ⌈(i+1)·n/m⌉: adaptive average pooling. */
export const averagePool: AxisResize = (inputs, outputs) =>
  emptyRows(outputs, inputs).map((row, i) => {
    const first = Math.floor((i * inputs) / outputs);
    const end = Math.ceil(((i + 1) * inputs) / outputs);
    return row.map((_, j) => (j >= first && j < end ? 1 / (end - first) : 0));
  });

/** Keys' cubic with a = -0.75, centres aligned, edges repeated: PyTorch's bicubic interpolation. */
export const bicubic: AxisResize = (inputs, outputs) =>
  emptyRows(outputs, inputs).map((row, i) => {
    const at = ((i + 0.5) * inputs) / outputs - 0.5;
    const base = Math.floor(at);
    for (let tap = base - 1; tap <= base + 2; tap++) {
      const j = Math.min(Math.max(tap, 0), inputs - 1);
      row[j]! += cubic(Math.abs(at - tap));
    }
    return row;
  });

function cubic(distance: number): number {
  const a = -0.75;
  if (distance <= 1) return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
  return ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a;
}

/** The resize of a square grid, rows and columns alike: [outputs², inputs²]. */
export function gridMatrix(resize: AxisResize, inputs: number, outputs: number): Float32Array {
  const axis = resize(inputs, outputs);
  const matrix = new Float32Array(outputs ** 2 * inputs ** 2);
  for (let i = 0; i < matrix.length; i++) {
    const [to, from] = [Math.floor(i / inputs ** 2), i % inputs ** 2];
    const vertical = axis[Math.floor(to / outputs)]![Math.floor(from / inputs)]!;
    matrix[i] = vertical * axis[to % outputs]![from % inputs]!;
  }
  return matrix;
}

/** Square grids of positions, row-major and one image after another: [B·inputs², D] → [B·outputs², D]. */
export function resizeGrids(
  rows: Tensor2D,
  { resize, inputs, outputs }: { resize: AxisResize; inputs: number; outputs: number },
): Tensor2D {
  if (inputs === outputs) return rows;
  const dimensions = rows.shape[1];
  const images = rows.shape[0] / inputs ** 2;
  const matrix = tf.tensor2d(gridMatrix(resize, inputs, outputs), [outputs ** 2, inputs ** 2]);
  const grids = tf.reshape(rows, [images, inputs ** 2, dimensions]);
  const columns = tf.reshape(tf.transpose(grids, [1, 0, 2]), [inputs ** 2, images * dimensions]);
  const resized = tf.reshape(tf.matMul(matrix, columns as Tensor2D), [
    outputs ** 2,
    images,
    dimensions,
  ]);
  return tf.reshape(tf.transpose(resized, [1, 0, 2]), [images * outputs ** 2, dimensions]);
}
