/**
 * Rotary position embedding (Su et al., arXiv 2104.09864) over a grid, as LlamaGen (arXiv 2406.06525)
 * lays it out: of a head's adjacent pairs the first half rotates by the row, the second by the column.
 */
import { type Tensor, tf } from "@fqgan/tensor";
import type { GeneratorConfig } from "./config.js";

/** Factors of `rotate`, each [rows, D]: row 0 belongs to the class token, row 1 + t to grid cell t. */
export interface RotaryTable {
  readonly cosine: Float32Array;
  readonly sine: Float32Array;
  readonly rows: number;
  /** D, the length of a head. */
  readonly depth: number;
}

/** [T, D] or [1, D] factors for the positions at hand. */
export interface Rotation {
  readonly cosine: Tensor;
  readonly sine: Tensor;
}

/** The table for `rows` rows: the class token and the first rows - 1 cells in row-major order. */
export function rotaryTable(
  config: Pick<GeneratorConfig, "grid" | "width" | "heads" | "rotaryBase" | "classRotation">,
  rows: number,
): RotaryTable {
  const depth = config.width / config.heads;
  const quarter = depth / 4;
  const cosine = new Float32Array(rows * depth);
  const sine = new Float32Array(rows * depth);
  if (config.classRotation === "unrotated") cosine.fill(1, 0, depth);
  for (let row = 1; row < rows; row++) {
    const cell = row - 1;
    const place = [Math.floor(cell / config.grid[1]), cell % config.grid[1]] as const;
    for (let pair = 0; pair < 2 * quarter; pair++) {
      const coordinate = pair < quarter ? place[0] : place[1];
      const angle = coordinate * config.rotaryBase ** -((pair % quarter) / quarter);
      // Both members of a pair turn by the same angle.
      cosine.fill(Math.cos(angle), row * depth + 2 * pair, row * depth + 2 * pair + 2);
      sine.fill(Math.sin(angle), row * depth + 2 * pair, row * depth + 2 * pair + 2);
    }
  }
  return { cosine, sine, rows, depth };
}

/** The first `count` rows of a table as constants of a program, [count, D]. */
export function firstRows({ cosine, sine, depth }: RotaryTable, count: number): Rotation {
  const rows = (values: Float32Array) =>
    tf.tensor2d(values.slice(0, count * depth), [count, depth]);
  return { cosine: rows(cosine), sine: rows(sine) };
}

/** Factors that leave `count` positions as they are, [count, D]. */
export function unrotated(count: number, depth: number): Rotation {
  return { cosine: tf.ones([count, depth]), sine: tf.zeros([count, depth]) };
}

/** As `Rotation`, with one factor for both members of a pair: [T, D/2]. */
export type HalfRotation = Rotation;

/** Every second column. */
export function halves({ cosine, sine }: Rotation): HalfRotation {
  const half = (table: Tensor) => {
    const [rows, depth] = table.shape as [number, number];
    const pairs = tf.reshape(table, [rows, depth / 2, 2]);
    return tf.reshape(tf.slice(pairs, [0, 0, 0], [rows, depth / 2, 1]), [rows, depth / 2]);
  };
  return { cosine: half(cosine), sine: half(sine) };
}

/** [D, D]: x·quarterTurn maps every pair (a, b) to (-b, a). */
function quarterTurn(depth: number): Tensor {
  const values = new Float32Array(depth * depth);
  for (let even = 0; even < depth; even += 2) {
    values[(even + 1) * depth + even] = -1;
    values[even * depth + even + 1] = 1;
  }
  return tf.tensor2d(values, [depth, depth]);
}

/** Turns every pair of x [B, heads, T, D] by its position's angle. */
export function rotate(x: Tensor, { cosine, sine }: Rotation): Tensor {
  const depth = x.shape[3]!;
  const flat = tf.reshape(x, [-1, depth]) as tf.Tensor2D; // [B·heads·T, D]
  const turned = tf.reshape(tf.matMul(flat, quarterTurn(depth) as tf.Tensor2D), x.shape);
  return tf.add(tf.mul(x, cosine), tf.mul(turned, sine));
}
