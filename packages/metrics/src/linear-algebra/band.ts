/**
 * A dense matrix to an upper band by blocked Householder reflections from both sides (Großer & Lang,
 * "Efficient parallel reduction to bidiagonal form", 1999): nearly all arithmetic is matrix products.
 */
import { type Matrix, matrix, transpose } from "./matrix.js";
import { factorPanel } from "./reflectors.js";
import { denseProgram, product } from "./runtime.js";

/** A square upper band matrix with room for the fill of chasing it down to two diagonals. */
export class UpperBand {
  /** Row i holds columns i - bandwidth … i + 2·bandwidth - 1. */
  readonly data: Float64Array;

  constructor(
    readonly size: number,
    readonly bandwidth: number,
  ) {
    this.data = new Float64Array(size * 3 * bandwidth);
  }

  /** Where column 0 of row i would lie: entry (i, j) is at `row(i) + j`. */
  row(i: number): number {
    return i * (3 * this.bandwidth - 1) + this.bandwidth;
  }
}

/** What the left reflections do: W = TᵀVᵀA, and the first rows of A - V·W. */
const applyLeft = denseProgram({
  inputs: { vectors: {}, factor: {}, rest: {}, topVectors: {}, topRest: {} },
  outputs: ["weights", "top"],
  nodes: [
    product("projected", ["vectors", "rest"], { transA: 1 }),
    product("weights", ["factor", "projected"], { transA: 1 }),
    product("top", ["topVectors", "weights", "topRest"], { alpha: -1 }),
  ],
});

/** The other rows, X = A - V·W, and the right reflections on them: X - X·V₂·T₂·V₂ᵀ, cut into the next panel and the rest. */
const applyBoth = denseProgram({
  inputs: {
    rest: {},
    vectors: {},
    weights: {},
    rightVectors: {},
    rightFactor: {},
    sizes: { type: "int64", rank: 1 },
  },
  outputs: ["panel", "next"],
  nodes: [
    product("x", ["vectors", "weights", "rest"], { alpha: -1 }),
    product("projected", ["x", "rightVectors"]),
    product("turned", ["projected", "rightFactor"]),
    product("y", ["turned", "rightVectors", "x"], { alpha: -1, transB: 1 }),
    {
      op: "Split",
      inputs: ["y", "sizes"],
      outputs: ["panel", "next"],
      attributes: { axis: { int: 1 } },
    },
  ],
});

/** @param a [M, N] with M ≥ N; the band has the same singular values */
export async function reduceToBand(a: Matrix, bandwidth: number): Promise<UpperBand> {
  const band = new UpperBand(a.columns, bandwidth);
  let [panel, rest] = splitColumns(a, Math.min(bandwidth, a.columns));
  for (let k = 0; ; k += bandwidth) {
    const left = factorPanel(panel);
    storeUpper(band, left.triangle, k);
    if (rest.columns === 0) return band;
    const width = left.vectors.columns;
    const { weights, top } = await applyLeft({
      vectors: operand(left.vectors),
      factor: operand(left.factor),
      rest: operand(rest),
      topVectors: operand(rowsOf(left.vectors, 0, width)),
      topRest: operand(rowsOf(rest, 0, width)),
    });
    const right = factorPanel(transpose(matrix(width, rest.columns, top)));
    storeLower(band, right.triangle, { row: k, column: k + width });
    const next = Math.min(bandwidth, rest.columns);
    const below = await applyBoth({
      rest: operand(rowsOf(rest, width)),
      vectors: operand(rowsOf(left.vectors, width)),
      weights: { shape: [width, rest.columns], data: weights },
      rightVectors: operand(right.vectors),
      rightFactor: operand(right.factor),
      sizes: { shape: [2], data: BigInt64Array.of(BigInt(next), BigInt(rest.columns - next)) },
    });
    const rows = rest.rows - width;
    panel = matrix(rows, next, below.panel);
    rest = matrix(rows, rest.columns - next, below.next);
  }
}

const operand = ({ rows, columns, data }: Matrix) => ({ shape: [rows, columns], data });

/** Rows from … to, sharing memory. */
function rowsOf({ rows, columns, data }: Matrix, from: number, to = rows): Matrix {
  return matrix(to - from, columns, data.subarray(from * columns, to * columns));
}

function splitColumns({ rows, columns, data }: Matrix, at: number): [Matrix, Matrix] {
  const [left, right] = [matrix(rows, at), matrix(rows, columns - at)];
  for (let i = 0; i < rows; i++) {
    left.data.set(data.subarray(i * columns, i * columns + at), i * at);
    right.data.set(data.subarray(i * columns + at, (i + 1) * columns), i * (columns - at));
  }
  return [left, right];
}

/** R of a left panel, on the diagonal. */
function storeUpper(band: UpperBand, { rows, columns, data }: Matrix, k: number): void {
  for (let i = 0; i < rows; i++)
    for (let j = i; j < columns; j++) band.data[band.row(k + i) + k + j] = data[i * columns + j]!;
}

/** Rᵀ of a right panel, above the diagonal. */
function storeLower(
  band: UpperBand,
  { rows, columns, data }: Matrix,
  at: { row: number; column: number },
): void {
  for (let i = 0; i < rows; i++)
    for (let j = i; j < columns; j++)
      band.data[band.row(at.row + j) + at.column + i] = data[i * columns + j]!;
}
