import { type Key, normal, uniform } from "../random.js";

const sizeOf = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1);

/** Makes the first values of a weight. */
export type Initializer = (key: Key, shape: readonly number[]) => Float32Array;

/** U(-limit, limit). */
export const uniformInit =
  (limit: number): Initializer =>
  (key, shape) =>
    uniform(key, sizeOf(shape)).map((u) => (2 * u - 1) * limit);

/** N(0, std²). */
export const normalInit =
  (std: number): Initializer =>
  (key, shape) =>
    normal(key, sizeOf(shape)).map((n) => n * std);

export const constantInit =
  (value: number): Initializer =>
  (_key, shape) =>
    new Float32Array(sizeOf(shape)).fill(value);

/** U(±1/√fanIn): PyTorch's default for linear and convolution weights and biases. */
export const fanInInit = (fanIn: number): Initializer => uniformInit(1 / Math.sqrt(fanIn));
