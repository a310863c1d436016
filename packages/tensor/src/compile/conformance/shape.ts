import { type Tensor, tf } from "../../tf.js";
import { booleans, type Case, each, integers, random } from "./case.js";

const shape = [2, 3, 4, 5] as const;
const x4 = random("x4", shape);

const moves: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  reshape: (x) => tf.reshape(x, [6, -1]),
  expandDims: (x) => tf.expandDims(x, -2),
  squeeze: (x) => tf.squeeze(tf.expandDims(x, 1)),
  "transpose 0312": (x) => tf.transpose(x, [0, 3, 1, 2]),
  "transpose of all": (x) => tf.transpose(x),
  "transpose and back": (x) => tf.transpose(tf.transpose(x, [1, 3, 0, 2]), [2, 0, 3, 1]),
  "transpose, then split an axis": (x) =>
    tf.reshape(tf.mul(tf.transpose(x, [0, 3, 1, 2]), 2), [2, 5, 3, 2, 2]),
  "transpose, then merge axes": (x) => tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [10, 12]),
  "transpose, then merge others": (x) => tf.reshape(tf.transpose(x, [3, 0, 2, 1]), [10, 4, 3]),
  slice: (x) => tf.slice(x, [0, 1, 0, 2], [2, 2, 4, -1]),
  "slice of one axis": (x) => tf.slice(x, [1], [1]),
  split: (x) => tf.add(...(tf.split(x, 2, 2) as [Tensor, Tensor])),
  "split unevenly": (x) => tf.split(x, [1, 3, 1], -1)[1]!,
  unstack: (x) => tf.sub(tf.unstack(x, 1)[2]!, tf.unstack(x, 1)[0]!),
  pad: (x) =>
    tf.pad(x, [
      [0, 0],
      [1, 2],
      [0, 1],
      [3, 0],
    ]),
  "pad with a value": (x) =>
    tf.pad(
      x,
      [
        [0, 0],
        [1, 0],
        [0, 1],
        [0, 0],
      ],
      0.5,
    ),
  tile: (x) => tf.tile(x, [1, 2, 1, 3]),
  "reverse of two axes": (x) => tf.reverse(x, [1, -1]),
};

const withoutGradient: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  stridedSlice: (x) => tf.stridedSlice(x, [0, 0, 1, 0], [2, 3, 4, 5], [1, 2, 2, 3]),
  "stridedSlice backwards": (x) =>
    tf.stridedSlice(x, [1, 2, 3, 4], [-9, 0, 0, 1], [-1, -1, -2, -2]),
  "stridedSlice with masks": (x) =>
    tf.stridedSlice(x, [1, 1, 0, 0], [2, 2, 4, 5], [1, 1, 1, 2], 4, 8),
  "mirrorPad reflecting": (x) =>
    tf.mirrorPad(
      x,
      [
        [0, 0],
        [1, 2],
        [2, 1],
        [0, 0],
      ],
      "reflect",
    ),
};

/** The same in another order of axes: channels-first values go through other code. */
const throughConvolution = (f: (x: Tensor) => Tensor) => (x: Tensor) =>
  f(tf.conv2d(x as tf.Tensor4D, tf.reshape(tf.eye(5), [1, 1, 5, 5]) as tf.Tensor4D, 1, "same"));

const family = (
  moves: Readonly<Record<string, (x: Tensor) => Tensor>>,
  gradients: readonly string[],
): Case[] =>
  Object.entries(moves).flatMap(([name, f]) => [
    { name, inputs: { x: x4 }, program: ({ x }) => f(x!), gradients },
    {
      name: `${name}, after a convolution`,
      inputs: { x: x4 },
      program: ({ x }) => throughConvolution(f)(x!),
      gradients,
    },
    {
      name: `${name}, of integers`,
      inputs: { x: integers(name, shape) },
      program: ({ x }) => f(x!),
    },
  ]);

export const shapeCases: readonly Case[] = [
  ...family(moves, ["x"]),
  ...family(withoutGradient, []),
  ...each([0, 1, -1], [2, 3], (axis, count) => {
    const names = ["a", "b", "c"].slice(0, count);
    const inputs = Object.fromEntries(names.map((name) => [name, random(name, [2, 3, 4])]));
    const list = (given: Record<string, Tensor>) => names.map((name) => given[name]!);
    return [
      {
        name: `concat ${count} along ${axis}`,
        inputs,
        program: (given) => tf.concat(list(given), axis),
        gradients: names,
      },
      {
        name: `stack ${count} along ${axis}`,
        inputs,
        program: (given) => tf.stack(list(given), axis),
        gradients: names,
      },
    ];
  }),
  ...(
    [
      [
        [3, 1],
        [3, 4],
      ],
      [[4], [2, 3, 4]],
      [[], [2, 2]],
      [
        [1, 3, 1],
        [2, 3, 5],
      ],
    ] as const
  ).map(([from, to]) => ({
    name: `broadcastTo [${from}] → [${to}]`,
    inputs: { x: random("broadcast", from) },
    program: ({ x }: Record<string, Tensor>) => tf.broadcastTo(x!, [...to] as unknown as [number]),
    gradients: ["x"],
  })),
  {
    name: "bools are moved like numbers",
    inputs: { x: booleans("moved", [2, 3]) },
    program: ({ x }) => ({
      reshaped: tf.reshape(x!, [6]),
      transposed: tf.transpose(x!),
      both: tf.concat([x!, x!], 0),
      tiled: tf.tile(x!, [2, 1]),
    }),
  },
  {
    name: "made from nothing",
    inputs: { x: random("made", [3]) },
    program: ({ x }) => ({
      range: tf.add(x!, tf.cast(tf.range(0, 3, 1, "int32"), "float32")),
      fill: tf.fill([2, 3], 1.5),
      zeros: tf.zeros([2, 2]),
      integers: tf.ones([2], "int32"),
      linspace: tf.linspace(0, 1, 5),
      constant: tf.tensor([1, 2, 3]),
      itself: x!,
    }),
  },
];
