import { tf } from "../../tf.js";
import { type Case, each, random } from "./case.js";

const sizes: readonly (readonly [readonly number[], [number, number]])[] = [
  [
    [2, 3, 4, 3],
    [6, 8],
  ],
  [
    [2, 3, 4, 3],
    [9, 4],
  ],
  [
    [3, 4, 4, 2],
    [7, 5],
  ],
  [
    [2, 8, 6, 3],
    [4, 3],
  ],
  [
    [1, 5, 7, 3],
    [5, 7],
  ],
  [
    [2, 1, 1, 4],
    [4, 4],
  ],
];

/** [alignCorners, halfPixelCenters] */
const conventions: readonly (readonly [boolean, boolean])[] = [
  [false, false],
  [true, false],
  [false, true],
];

export const resizeCases: readonly Case[] = each(
  sizes,
  conventions,
  ([shape, size], [corners, half]) =>
    [tf.image.resizeBilinear, tf.image.resizeNearestNeighbor].map((resize, index) => ({
      name: `${["bilinear", "nearest"][index]} [${shape}] → [${size}]${corners ? ", corners" : ""}${half ? ", half pixels" : ""}`,
      inputs: { x: random("resize", shape) },
      program: ({ x }) => resize(x as tf.Tensor4D, size, corners, half),
      gradients: ["x"],
    })),
);
