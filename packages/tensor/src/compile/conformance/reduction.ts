import { type Tensor, tf } from "../../tf.js";
import { booleans, type Case, distinct, each, given, integers, random } from "./case.js";

type Axis = number | number[] | undefined;

const shapesAndAxes: readonly (readonly [number[], Axis])[] = [
  [[], undefined],
  [[5], 0],
  [[3, 4], undefined],
  [[3, 4], 1],
  [[3, 4], -2],
  [
    [2, 3, 4],
    [0, 2],
  ],
  [
    [2, 3, 2, 4],
    [1, 3],
  ],
  [
    [2, 3, 2, 4],
    [0, 1, 2],
  ],
];

type Reduce = (x: Tensor, axis?: number | number[], keepDims?: boolean) => Tensor;

const reductions: Readonly<Record<string, Reduce>> = {
  sum: tf.sum,
  mean: tf.mean,
  max: tf.max,
  min: tf.min,
  logSumExp: tf.logSumExp,
};

const label = (shape: readonly number[], axis: Axis) => `[${shape}] over ${axis ?? "all"}`;

export const reductionCases: readonly Case[] = [
  ...each(Object.entries(reductions), shapesAndAxes, ([name, f], [shape, axis]) =>
    [false, true].map((keepDims) => ({
      name: `${name} ${label(shape, axis)}${keepDims ? ", kept" : ""}`,
      inputs: { x: distinct(name, shape) },
      program: ({ x }: Record<string, Tensor>) => f(x!, axis, keepDims),
      gradients: ["x"],
    })),
  ),
  ...shapesAndAxes.flatMap(([shape, axis]): Case[] => [
    {
      name: `prod ${label(shape, axis)}`,
      inputs: { x: random("prod", shape) },
      program: ({ x }) => tf.prod(x!, axis),
    },
    {
      name: `sum, max and prod of integers ${label(shape, axis)}`,
      inputs: { x: integers("sum", shape, { low: -3, high: 4 }) },
      program: ({ x }) => ({
        sum: tf.sum(x!, axis),
        max: tf.max(x!, axis),
        min: tf.min(x!, axis),
        prod: tf.prod(x!, axis),
        mean: tf.mean(x!, axis),
      }),
    },
    {
      name: `any, all, sum of bools ${label(shape, axis)}`,
      inputs: { x: booleans("any", shape) },
      program: ({ x }) => ({
        any: tf.any(x!, axis),
        all: tf.all(x!, axis),
        sum: tf.sum(x!, axis),
      }),
    },
  ]),
  {
    name: "the gradient of ties is shared",
    inputs: { x: given([1, 3, 3, 2, 0, 0], [2, 3]) },
    program: ({ x }) => tf.add(tf.max(x!, 1), tf.min(x!, 1)),
    gradients: ["x"],
  },
  ...each([tf.argMin, tf.argMax], [0, 1, 2, -1], (f, axis) => [
    {
      name: `${f.name} along ${axis}, ties included`,
      inputs: { x: integers(`arg${axis}`, [3, 4, 5], { high: 3 }) },
      program: ({ x }) => ({
        integers: f(x!, axis),
        floats: f(tf.cast(x!, "float32"), axis),
      }),
    },
  ]),
  ...each([1, 3, 5], [[5], [2, 5]], (k, shape) => [
    {
      name: `topk ${k} of [${shape}]`,
      inputs: { x: random("topk", shape) },
      program: ({ x }) => {
        const { values, indices } = tf.topk(x!, k);
        return { values, indices };
      },
    },
  ]),
  {
    name: "topk of equals takes the first",
    inputs: { x: given([1, 5, 5, 5, 2, 5]) },
    program: ({ x }) => ({ indices: tf.topk(x!, 3).indices }),
  },
  ...[[4], [3, 4], [2, 3, 4], [2, 2, 3, 3]].flatMap((shape): Case[] => [
    {
      name: `softmax [${shape}]`,
      inputs: { x: random("softmax", shape, { low: -8, high: 8 }) },
      program: ({ x }) => tf.softmax(x!),
      gradients: ["x"],
    },
    {
      name: `logSoftmax [${shape}]`,
      inputs: { x: random("logSoftmax", shape, { low: -8, high: 8 }) },
      program: ({ x }) => tf.logSoftmax(x!),
      gradients: ["x"],
    },
  ]),
  ...each([0, 1, 2], [false, true], (axis, exclusive) =>
    [false, true].map((reverse) => ({
      name: `cumsum along ${axis}${exclusive ? ", exclusive" : ""}${reverse ? ", reversed" : ""}`,
      inputs: { x: random("cumsum", [2, 3, 4]) },
      program: ({ x }: Record<string, Tensor>) => tf.cumsum(x!, axis, exclusive, reverse),
      gradients: ["x"],
    })),
  ),
];
