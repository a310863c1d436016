import { type Key, normal, uniform } from "../random.js";

const sizeOf = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1);

/** Makes the first values of a weight. */
export type Initializer = (key: Key, shape: readonly number[]) => Float32Array;

let drawsValues = true;

/**
 * Builds a model whose random weights are zeros instead: for one whose weights are read from a file at
 * once, since drawing hundreds of millions of numbers takes long.
 */
export function withoutInitialValues<T>(build: () => T): T {
  const before = drawsValues;
  drawsValues = false;
  try {
    return build();
  } finally {
    drawsValues = before;
  }
}

/** U(-limit, limit). */
export const uniformInit =
  (limit: number): Initializer =>
  (key, shape) =>
    drawsValues
      ? uniform(key, sizeOf(shape)).map((u) => (2 * u - 1) * limit)
      : new Float32Array(sizeOf(shape));

/** N(0, std²). */
export const normalInit =
  (std: number): Initializer =>
  (key, shape) =>
    drawsValues ? normal(key, sizeOf(shape)).map((n) => n * std) : new Float32Array(sizeOf(shape));

/** Every value the same. */
export const constantInit =
  (value: number): Initializer =>
  (_key, shape) =>
    new Float32Array(sizeOf(shape)).fill(value);

/** U(±1/√fanIn): PyTorch's default for linear and convolution weights and biases. */
export const fanInInit = (fanIn: number): Initializer => uniformInit(1 / Math.sqrt(fanIn));
