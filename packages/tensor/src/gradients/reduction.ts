import { type Tensor, tf } from "../tf-core.js";
import { type GradientRule, type GradientTable, keptShape } from "./rule.js";

/** Repeats a reduced gradient along the reduced axes: [1, …] → x's shape. */
const spread = (dy: Tensor, shape: number[], axis: unknown) =>
  tf.broadcastTo(tf.reshape(dy, keptShape(shape, axis)), shape as [number]);

/** Max and Min: the gradient goes to the extreme value, in equal parts where several tie. */
const extreme = (axisName: string): GradientRule => ({
  inputs: ["x"],
  output: true,
  gradients: (dy, [x, y], attributes) => ({
    x: () => {
      const axis = attributes[axisName];
      const kept = keptShape(x!.shape, axis);
      const hits = tf.cast(tf.equal(x!, tf.reshape(y!, kept)), "float32");
      const count = tf.sum(hits, axis as number[], true);
      return tf.mul(tf.div(tf.reshape(dy, kept), count), hits);
    },
  }),
});

export const reductionGradients: GradientTable = {
  Sum: {
    inputs: ["x"],
    gradients: (dy, [x], { axis }) => ({ x: () => spread(dy, x!.shape, axis) }),
  },
  Mean: {
    inputs: ["x"],
    gradients: (dy, [x], { axis }) => ({
      x: () => spread(tf.div(dy, x!.size / dy.size), x!.shape, axis),
    }),
  },
  Max: extreme("reductionIndices"),
  Min: extreme("axis"),
  Cumsum: {
    gradients: (dy, _saved, { axis, exclusive, reverse }) => ({
      x: () => tf.cumsum(dy, axis as number, exclusive as boolean, !reverse),
    }),
  },
  Softmax: {
    inputs: ["logits"],
    output: true,
    gradients: (dy, [, y], { dim }) => ({
      logits: () => {
        const weighted = tf.mul(dy, y!);
        return tf.sub(weighted, tf.mul(tf.sum(weighted, dim as number, true), y!));
      },
    }),
  },
};
