import { type Tensor, tf } from "../tf-core.js";
import type { GradientTable } from "./rule.js";

/** Adds up the rows of `dy` by the index that they were gathered from. */
function scatterRows(dy: Tensor, x: Tensor, indices: Tensor, axis: number): Tensor {
  const before = x.shape.slice(0, axis);
  const after = x.shape.slice(axis + 1);
  const order = [...dy.shape.keys()];
  const picked = order.slice(axis, axis + indices.rank);
  const kept = [...order.slice(0, axis), ...order.slice(axis + indices.rank)];
  const rows = axis === 0 ? dy : tf.transpose(dy, [...picked, ...kept]); // [...indices, ...kept]
  const summed = tf.unsortedSegmentSum(
    tf.reshape(rows, [indices.size, -1]),
    tf.reshape(indices, [indices.size]) as tf.Tensor1D,
    x.shape[axis]!,
  ); // [K, kept]
  const shaped = tf.reshape(summed, [x.shape[axis]!, ...before, ...after]);
  if (axis === 0) return shaped;
  const back = [...before.map((_, i) => i + 1), 0, ...after.map((_, i) => before.length + 1 + i)];
  return tf.transpose(shaped, back);
}

export const gatherGradients: GradientTable = {
  GatherV2: {
    inputs: ["x", "indices"],
    gradients: (dy, saved, { axis, batchDims }) => {
      const [x, indices] = saved as [Tensor, Tensor];
      return {
        x: () => {
          if (batchDims)
            throw new Error(
              `gather: expected batchDims 0 where a gradient is wanted, got ${batchDims}; use gatherND or a one-hot product`,
            );
          const along = tf.util.parseAxisParam(axis as number, x.shape)[0]!;
          return scatterRows(dy, x, indices, along);
        },
        indices: () => tf.zeros(indices.shape),
      };
    },
  },
  GatherNd: {
    inputs: ["params", "indices"],
    gradients: (dy, saved) => {
      const [params, indices] = saved as [Tensor, Tensor];
      return {
        params: () => tf.scatterND(indices as tf.Tensor<tf.Rank>, dy, params.shape as [number]),
        indices: () => tf.zeros(indices.shape),
      };
    },
  },
  ScatterNd: {
    inputs: ["indices"],
    gradients: (dy, [indices]) => ({
      indices: () => tf.zeros(indices!.shape),
      updates: () => tf.gatherND(dy, indices!),
    }),
  },
  UnsortedSegmentSum: {
    inputs: ["segmentIds"],
    gradients: (dy, [segmentIds]) => ({
      x: () => tf.gather(dy, segmentIds as tf.Tensor1D),
      segmentIds: () => tf.zeros(segmentIds!.shape),
    }),
  },
};
