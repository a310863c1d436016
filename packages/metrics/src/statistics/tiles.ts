/**
 * Inner products of all rows of one set with all rows of another, in float64 a tile at a time: what
 * kernel distances and nearest neighbours are made of, in bounded memory.
 */
import { denseProgram, product } from "../linear-algebra/index.js";

/** Rows kept as float32, [N, D]. */
export interface FeatureRows {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

/** Products of rows x₀ … x₀ + rows with rows y₀ … y₀ + columns. */
export interface Tile {
  readonly x0: number;
  readonly y0: number;
  readonly rows: number;
  readonly columns: number;
  /** [rows, columns] */
  readonly dots: Float64Array;
}

/** Sides of a tile: 8 MB of products. */
const SIDE = 1024;
/** Below this many multiplications the way to ONNX Runtime costs more than it saves. */
const SMALL = 1 << 18;

const float32Products = denseProgram({
  inputs: { a: { type: "float32" }, b: { type: "float32" } },
  outputs: ["y"],
  nodes: [
    { op: "Cast", inputs: ["a"], outputs: ["wideA"], attributes: { to: { int: 11 } } },
    { op: "Cast", inputs: ["b"], outputs: ["wideB"], attributes: { to: { int: 11 } } },
    product("y", ["wideA", "wideB"], { transB: 1 }),
  ],
});

/** Visits every tile; of a set with itself only those on and above the diagonal. */
export async function eachTile(
  x: FeatureRows,
  y: FeatureRows,
  visit: (tile: Tile) => void,
): Promise<void> {
  for (let x0 = 0; x0 < x.rows; x0 += SIDE)
    for (let y0 = x === y ? x0 : 0; y0 < y.rows; y0 += SIDE) {
      const rows = Math.min(SIDE, x.rows - x0);
      const columns = Math.min(SIDE, y.rows - y0);
      const dots = await products(part(x, x0, rows), part(y, y0, columns));
      visit({ x0, y0, rows, columns, dots });
    }
}

function part({ columns, data }: FeatureRows, from: number, rows: number): FeatureRows {
  return { rows, columns, data: data.subarray(from * columns, (from + rows) * columns) };
}

async function products(a: FeatureRows, b: FeatureRows): Promise<Float64Array> {
  if (a.rows * b.rows * a.columns >= SMALL) {
    const { y } = await float32Products({
      a: { shape: [a.rows, a.columns], data: a.data },
      b: { shape: [b.rows, b.columns], data: b.data },
    });
    return y;
  }
  const dots = new Float64Array(a.rows * b.rows);
  for (let i = 0; i < a.rows; i++)
    for (let j = 0; j < b.rows; j++) {
      let sum = 0;
      for (let k = 0; k < a.columns; k++)
        sum += a.data[i * a.columns + k]! * b.data[j * a.columns + k]!;
      dots[i * b.rows + j] = sum;
    }
  return dots;
}

/** |x|² of every row, [N]. */
export function squaredLengths({ rows, columns, data }: FeatureRows): Float64Array {
  const squares = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let sum = 0;
    for (let k = i * columns; k < (i + 1) * columns; k++) sum += data[k]! * data[k]!;
    squares[i] = sum;
  }
  return squares;
}

/** The chosen rows, copied. */
export function pickRows(x: FeatureRows, indices: ArrayLike<number>): FeatureRows {
  const { columns } = x;
  const data = new Float32Array(indices.length * columns);
  for (let i = 0; i < indices.length; i++)
    data.set(x.data.subarray(indices[i]! * columns, (indices[i]! + 1) * columns), i * columns);
  return { rows: indices.length, columns, data };
}
