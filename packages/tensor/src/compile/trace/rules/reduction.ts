import { tf } from "../../../tf-core.js";
import type { Value, ValueType } from "../../graph.js";
import { type TraceRule, type TraceRules, take } from "../rule.js";

/** Attributes of every reduction after tracing. */
export interface ReductionAttributes {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/** @param axisName what tfjs calls the axis of this kernel */
const reduction =
  (op: string, options: { axisName?: string; type?: ValueType } = {}): TraceRule =>
  (call) => {
    let [x] = take(call, "x") as [Value];
    if ((op === "Sum" || op === "Prod") && x.type === "bool") x = call.recorder.cast(x, "int32");
    if (op === "Mean") x = call.recorder.cast(x, "float32");
    const keepDims = (call.attributes.keepDims as boolean | undefined) ?? false;
    const axis = call.attributes[options.axisName ?? "axis"] as number | number[];
    const axes = tf.util.parseAxisParam(axis, [...x.shape]).sort((a, b) => a - b);
    const shape = x.shape.flatMap((side, index) =>
      axes.includes(index) ? (keepDims ? [1] : []) : [side],
    );
    const outline = { type: options.type ?? x.type, shape };
    if (axes.length === 0 && op !== "Any" && op !== "All") return x;
    return call.recorder.add(op, { x }, { axes, keepDims } satisfies ReductionAttributes, outline);
  };

/** ArgMin and ArgMax reduce the first of the axes that they are given. */
const argument =
  (op: string): TraceRule =>
  (call) => {
    const [x] = take(call, "x") as [Value];
    const axis = tf.util.parseAxisParam(call.attributes.axis as number, [...x.shape])[0]!;
    const shape = x.shape.filter((_, index) => index !== axis);
    return call.recorder.add(op, { x }, { axis }, { type: "int32", shape });
  };

const alongAxis =
  (op: string, names: { input: string; axis: string }): TraceRule =>
  (call) => {
    const [x] = take(call, names.input) as [Value];
    const given = (call.attributes[names.axis] as number | undefined) ?? -1;
    const axis = given < 0 ? given + x.shape.length : given;
    const { exclusive, reverse } = call.attributes;
    const outline = { type: x.type, shape: x.shape };
    return call.recorder.add(op, { x }, { axis, exclusive, reverse }, outline);
  };

export const reductionRules: TraceRules = {
  Sum: reduction("Sum"),
  Mean: reduction("Mean", { type: "float32" }),
  Prod: reduction("Prod"),
  Max: reduction("Max", { axisName: "reductionIndices" }),
  Min: reduction("Min"),
  Any: reduction("Any"),
  All: reduction("All"),
  ArgMin: argument("ArgMin"),
  ArgMax: argument("ArgMax"),
  Softmax: alongAxis("Softmax", { input: "logits", axis: "dim" }),
  Cumsum: alongAxis("Cumsum", { input: "x", axis: "axis" }),
  TopK: (call) => {
    const [x] = take(call, "x") as [Value];
    const k = call.attributes.k as number;
    const shape = [...x.shape.slice(0, -1), k];
    return call.recorder.addMany("TopK", { x }, { k }, [
      { type: x.type, shape },
      { type: "int32", shape },
    ]);
  },
};
