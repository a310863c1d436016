import { type Tensor, tf } from "../../tf.js";
import { type Case, distinct, each, random } from "./case.js";

const sides = (height: number, width: number) => [2, height, width] as const;

type Pad = "same" | "valid" | [[0, 0], [number, number], [number, number], [0, 0]];
const explicit = (top: number, bottom: number, left: number, right: number): Pad => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
];
const padName = (pad: Pad) => (typeof pad === "string" ? pad : pad.slice(1, 3).flat().join(""));

const windows: readonly { kernel: [number, number]; stride: [number, number]; pad: Pad }[] = [
  { kernel: [1, 1], stride: [1, 1], pad: "valid" },
  { kernel: [3, 3], stride: [1, 1], pad: "same" },
  { kernel: [3, 3], stride: [1, 1], pad: "valid" },
  { kernel: [3, 3], stride: [2, 2], pad: "same" },
  { kernel: [3, 3], stride: [2, 2], pad: explicit(0, 1, 0, 1) },
  { kernel: [4, 4], stride: [2, 2], pad: explicit(1, 1, 1, 1) },
  { kernel: [2, 2], stride: [2, 2], pad: "valid" },
  { kernel: [1, 1], stride: [2, 2], pad: "valid" },
  { kernel: [5, 3], stride: [1, 2], pad: "same" },
  { kernel: [4, 4], stride: [1, 1], pad: explicit(1, 1, 1, 1) },
  { kernel: [4, 4], stride: [4, 4], pad: "valid" },
  { kernel: [3, 3], stride: [3, 3], pad: explicit(2, 0, 1, 2) },
];

const images = [sides(8, 8), sides(7, 10)];
const channels: readonly (readonly [number, number])[] = [
  [3, 5],
  [16, 32],
];

const convolutions = each(windows, images, ({ kernel, stride, pad }, [batch, height, width]) =>
  channels.map(
    ([inputs, outputs]): Case => ({
      name: `conv2d ${kernel.join("×")} stride ${stride} pad ${padName(pad)} [${batch},${height},${width},${inputs}] → ${outputs}`,
      inputs: {
        x: random("conv", [batch, height, width, inputs]),
        w: random("filter", [...kernel, inputs, outputs]),
        b: random("bias", [outputs]),
      },
      program: ({ x, w, b }) =>
        tf.add(tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad as "same"), b!),
      gradients: ["x", "w", "b"],
    }),
  ),
);

const transposed = windows
  .filter(({ pad }) => typeof pad === "string")
  .map(
    ({ kernel, stride, pad }): Case => ({
      name: `conv2dTranspose ${kernel.join("×")} stride ${stride} pad ${padName(pad)}`,
      inputs: {
        x: random("transposed", [2, 4, 5, 6]),
        w: random("filter", [...kernel, 3, 6]),
      },
      program: ({ x, w }) => {
        const side = (axis: 0 | 1) =>
          pad === "same"
            ? [4, 5][axis]! * stride[axis]
            : ([4, 5][axis]! - 1) * stride[axis] + kernel[axis];
        const shape: [number, number, number, number] = [2, side(0), side(1), 3];
        return tf.conv2dTranspose(x as tf.Tensor4D, w as tf.Tensor4D, shape, stride, pad as "same");
      },
      gradients: ["x", "w"],
    }),
  );

const depthwise = each(windows, [1, 2], ({ kernel, stride, pad }, multiplier) =>
  stride[0] !== stride[1]
    ? []
    : [
        {
          name: `depthwiseConv2d ${kernel.join("×")} stride ${stride} pad ${padName(pad)} ×${multiplier}`,
          inputs: {
            x: random("deep", [2, 7, 6, 4]),
            w: random("deep", [...kernel, 4, multiplier]),
          },
          program: ({ x, w }) =>
            tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, stride, pad as "same"),
        },
      ],
);

const pools = each(windows, images, ({ kernel, stride, pad }, [batch, height, width]): Case[] =>
  // A window that holds nothing but padding has no maximum.
  padName(pad) === "2012"
    ? []
    : [
        {
          name: `maxPool ${kernel} stride ${stride} pad ${padName(pad)} [${height},${width}]`,
          inputs: { x: distinct("pool", [batch, height, width, 3]) },
          program: ({ x }) => tf.maxPool(x as tf.Tensor4D, kernel, stride, pad as "same"),
          gradients: ["x"],
        },
        {
          name: `avgPool ${kernel} stride ${stride} pad ${padName(pad)} [${height},${width}]`,
          inputs: { x: distinct("pool", [batch, height, width, 3]) },
          program: ({ x }) => tf.avgPool(x as tf.Tensor4D, kernel, stride, pad as "same"),
          gradients: ["x"],
        },
      ],
);

const products = each([[], [2], [2, 3]], [0, 1, 2, 3], (batch, flags) => {
  const [flipA, flipB] = [Boolean(flags & 1), Boolean(flags & 2)];
  return [
    {
      name: `matMul [${batch}] ${flipA ? "aᵀ" : "a"}${flipB ? "bᵀ" : "b"}`,
      inputs: {
        a: random("a", [...batch, ...(flipA ? [5, 4] : [4, 5])]),
        b: random("b", [...batch, ...(flipB ? [6, 5] : [5, 6])]),
      },
      program: ({ a, b }) => tf.matMul(a!, b!, flipA, flipB),
      gradients: ["a", "b"],
    },
  ];
});

const attention = ({ q, k, v }: Record<string, Tensor>) => {
  const heads = (x: Tensor) => tf.transpose(tf.reshape(x, [2, 6, 2, 4]), [0, 2, 1, 3]);
  const weights = tf.softmax(tf.matMul(heads(q!), heads(k!), false, true));
  return tf.reshape(tf.transpose(tf.matMul(weights, heads(v!)), [0, 2, 1, 3]), [2, 6, 8]);
};

export const linearCases: readonly Case[] = [
  ...convolutions,
  ...transposed,
  ...depthwise,
  ...pools,
  ...products,
  {
    name: "conv2d with dilation",
    inputs: { x: random("dilated", [2, 9, 8, 3]), w: random("dilated", [3, 3, 3, 4]) },
    program: ({ x, w }) => tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, "same", "NHWC", 2),
  },
  {
    name: "matMul with a shared matrix",
    inputs: { a: random("shared", [2, 3, 4, 5]), b: random("shared", [1, 1, 5, 6]) },
    program: ({ a, b }) => tf.matMul(a!, b!),
    gradients: ["a", "b"],
  },
  {
    name: "attention with heads",
    inputs: { q: random("q", [2, 6, 8]), k: random("k", [2, 6, 8]), v: random("v", [2, 6, 8]) },
    program: attention,
    gradients: ["q", "k", "v"],
  },
  {
    name: "the gradient of a gradient of a convolution",
    inputs: { x: random("twice", [2, 5, 5, 3]), w: random("twice", [3, 3, 3, 4]) },
    program: ({ x, w }) => {
      const energy = (image: Tensor) =>
        tf.sum(tf.square(tf.conv2d(image as tf.Tensor4D, w as tf.Tensor4D, 1, "same")));
      return tf.sum(tf.square(tf.grad(energy)(x!)));
    },
    gradients: ["x", "w"],
  },
];
