import { type Tensor, tf } from "../../tf.js";
import { type Case, each, given, integers, random } from "./case.js";

const table = random("table", [5, 3, 4]);
const pairs = [0, 2, 4, 1, 0, 2, 3, 0];

export const gatherCases: readonly Case[] = [
  ...each([0, 1, 2, -1], [[], [4], [2, 3]], (axis, shape) => [
    {
      name: `gather [${shape}] along ${axis}`,
      inputs: { x: table, i: integers(`gather${axis}`, shape, { high: 3 }) },
      program: ({ x, i }) => tf.gather(x!, i as tf.Tensor1D, axis),
      gradients: ["x"],
    },
  ]),
  {
    name: "gather by rows of a batch",
    inputs: { x: random("batch", [2, 5, 3]), i: integers("batch", [2, 4], { high: 5 }) },
    program: ({ x, i }) => tf.gather(x!, i as tf.Tensor1D, 1, 1),
  },
  {
    name: "gather of integers",
    inputs: { x: integers("table", [5, 2]), i: integers("rows", [7], { high: 5 }) },
    program: ({ x, i }) => tf.gather(x!, i as tf.Tensor1D),
  },
  {
    name: "gather by an argmin of what is differentiated",
    inputs: { x: random("argmin", [6, 2]), codes: random("codes", [4, 2]) },
    program: ({ x, codes }) => {
      const distances = tf.sub(
        tf.sum(tf.square(codes!), 1),
        tf.mul(2, tf.matMul(x!, codes!, false, true)),
      );
      return tf.sub(x!, tf.gather(codes!, tf.argMin(distances, 1) as tf.Tensor1D));
    },
    gradients: ["x", "codes"],
  },
  {
    name: "gatherND and scatterND",
    inputs: { x: table, u: random("updates", [4, 4]) },
    program: ({ x, u }) => {
      const places = tf.tensor2d(pairs, [4, 2], "int32");
      return tf.add(tf.gatherND(x!, places), tf.mul(u!, 2));
    },
    gradients: ["x", "u"],
  },
  {
    name: "scatterND adds up what meets",
    inputs: { u: random("updates", [4, 4]) },
    program: ({ u }) => tf.scatterND(tf.tensor2d(pairs, [4, 2], "int32"), u!, [5, 3, 4]),
    gradients: ["u"],
  },
  {
    name: "tensorScatterUpdate",
    inputs: { x: table, u: random("updates", [2, 4]) },
    program: ({ x, u }) =>
      tf.tensorScatterUpdate(x!, tf.tensor2d([0, 2, 4, 1], [2, 2], "int32"), u!),
  },
  ...[[6], [2, 3]].map((shape) => ({
    name: `unsortedSegmentSum [${shape}]`,
    inputs: { x: random("segments", [6, 3]), i: integers("segments", [6], { high: 4 }) },
    program: ({ x, i }: Record<string, Tensor>) =>
      tf.unsortedSegmentSum(x as tf.Tensor2D, i as tf.Tensor1D, 5),
    gradients: ["x"],
  })),
  ...each([[], [4], [2, 3]], ["int32", "float32"] as const, (shape, type) => [
    {
      name: `oneHot [${shape}] ${type}`,
      inputs: { i: integers("oneHot", shape, { high: 5 }) },
      program: ({ i }) => tf.oneHot(i!, 5, 2, -1, type),
    },
  ]),
  {
    name: "oneHot of what is out of range",
    inputs: { i: integers("out", [6], { low: -3, high: 7 }) },
    program: ({ i }) => tf.oneHot(i!, 4),
  },
  {
    name: "oneHot of a cast",
    inputs: { x: given([0.2, 1.7, 2.9]) },
    program: ({ x }) => tf.oneHot(tf.cast(x!, "int32"), 3),
  },
];
