import { type Tensor, tf } from "../tf-core.js";
import type { GradientTable } from "./rule.js";

/** Adds up the copies that `tile` made: dy has shape[i]·reps[i] entries along axis i. */
function untile(dy: Tensor, shape: readonly number[], reps: readonly number[]): Tensor {
  const split: number[] = [];
  const copies: number[] = [];
  for (const [axis, side] of shape.entries()) {
    if (reps[axis] !== 1) {
      copies.push(split.length);
      split.push(reps[axis]!);
    }
    split.push(side);
  }
  if (copies.length === 0) return tf.clone(dy);
  return tf.reshape(tf.sum(tf.reshape(dy, split), copies), [...shape]);
}

export const shapeGradients: GradientTable = {
  Reshape: {
    inputs: ["x"],
    gradients: (dy, [x]) => ({ x: () => tf.reshape(dy, x!.shape) }),
  },
  ExpandDims: {
    inputs: ["input"],
    gradients: (dy, [input]) => ({ input: () => tf.reshape(dy, input!.shape) }),
  },
  Transpose: {
    gradients: (dy, _saved, { perm }) => {
      const inverse = tf.backend_util.getUndoAxesPermutation(perm as number[]);
      return { x: () => tf.transpose(dy, inverse) };
    },
  },
  Concat: {
    allInputs: true,
    gradients: (dy, saved, { axis }) => {
      const along = tf.util.parseAxisParam(axis as number, saved[0]!.shape)[0]!;
      const sizes = saved.map((part) => part.shape[along]!);
      const parts = tf.split(dy, sizes, along);
      return Object.fromEntries(parts.map((part, index) => [index, () => tf.clone(part)]));
    },
  },
  Pack: {
    allInputs: true,
    gradients: (dy, _saved, { axis }) => {
      const parts = tf.unstack(dy, axis as number);
      return Object.fromEntries(parts.map((part, index) => [index, () => tf.clone(part)]));
    },
  },
  SplitV: {
    gradients: (dy, _saved, { axis }) => ({
      x: () => tf.concat(dy as unknown as Tensor[], axis as number),
    }),
  },
  Unpack: {
    gradients: (dy, _saved, { axis }) => ({
      value: () => tf.stack(dy as unknown as Tensor[], axis as number),
    }),
  },
  Slice: {
    inputs: ["x"],
    gradients: (dy, [x], { begin, size }) => ({
      x: () => {
        const [starts, sizes] = tf.slice_util.parseSliceParams(
          x!,
          begin as number[],
          size as number[],
        );
        const paddings = x!.shape.map((side, axis): [number, number] => [
          starts![axis]!,
          side - starts![axis]! - sizes![axis]!,
        ]);
        return tf.pad(dy, paddings);
      },
    }),
  },
  PadV2: {
    inputs: ["x"],
    gradients: (dy, [x], { paddings }) => ({
      x: () =>
        tf.slice(
          dy,
          (paddings as [number, number][]).map(([before]) => before),
          x!.shape,
        ),
    }),
  },
  Tile: {
    inputs: ["x"],
    gradients: (dy, [x], { reps }) => ({ x: () => untile(dy, x!.shape, reps as number[]) }),
  },
  Reverse: {
    gradients: (dy, _saved, { dims }) => ({ x: () => tf.reverse(dy, dims as number[]) }),
  },
};
