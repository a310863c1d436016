import { tf } from "../../../tf-core.js";
import type { Value, ValueType } from "../../graph.js";
import { type TraceRules, take } from "../rule.js";

export const gatherRules: TraceRules = {
  GatherV2: (call) => {
    const [x, indices] = take(call, "x", "indices") as [Value, Value];
    const axis = tf.util.parseAxisParam(call.attributes.axis as number, [...x.shape])[0]!;
    const batchDims = (call.attributes.batchDims as number | undefined) ?? 0;
    const shape = [
      ...x.shape.slice(0, axis),
      ...indices.shape.slice(batchDims),
      ...x.shape.slice(axis + 1),
    ];
    if (batchDims > 0 && batchDims !== axis)
      throw new Error(`gather: expected batchDims 0 or equal to axis ${axis}, got ${batchDims}`);
    const outline = { type: x.type, shape };
    return call.recorder.add("GatherV2", { x, indices }, { axis, batchDims }, outline);
  },
  GatherNd: (call) => {
    const [params, indices] = take(call, "params", "indices") as [Value, Value];
    const depth = indices.shape.at(-1)!;
    const shape = [...indices.shape.slice(0, -1), ...params.shape.slice(depth)];
    return call.recorder.add("GatherNd", { params, indices }, {}, { type: params.type, shape });
  },
  ScatterNd: (call) => {
    const [indices, updates] = take(call, "indices", "updates") as [Value, Value];
    const shape = call.attributes.shape as number[];
    return call.recorder.add("ScatterNd", { indices, updates }, {}, { type: updates.type, shape });
  },
  TensorScatterUpdate: (call) => {
    const [tensor, indices, updates] = take(call, "tensor", "indices", "updates") as [
      Value,
      Value,
      Value,
    ];
    const outline = { type: tensor.type, shape: tensor.shape };
    return call.recorder.add("TensorScatterUpdate", { tensor, indices, updates }, {}, outline);
  },
  UnsortedSegmentSum: (call) => {
    const [x, segmentIds] = take(call, "x", "segmentIds") as [Value, Value];
    const numSegments = call.attributes.numSegments as number;
    const shape = [numSegments, ...x.shape.slice(segmentIds.shape.length)];
    const outline = { type: x.type, shape };
    return call.recorder.add("UnsortedSegmentSum", { x, segmentIds }, { numSegments }, outline);
  },
  OneHot: (call) => {
    const [indices] = take(call, "indices") as [Value];
    const { dtype, depth, onValue, offValue } = call.attributes as {
      dtype?: ValueType;
      depth: number;
      onValue: number;
      offValue: number;
    };
    const outline = { type: dtype ?? "int32", shape: [...indices.shape, depth] };
    return call.recorder.add("OneHot", { indices }, { depth, onValue, offValue }, outline);
  },
};
