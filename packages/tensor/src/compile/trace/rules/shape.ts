import { tf } from "../../../tf-core.js";
import { sizeOf, type Value, type ValueType } from "../../graph.js";
import { type KernelCall, type TraceRules, take } from "../rule.js";

const outline = (x: Value, shape: readonly number[]) => ({ type: x.type, shape });
const list = (inputs: KernelCall["inputs"]) => Object.values(inputs);
const normalize = (axis: number, rank: number) => (axis < 0 ? axis + rank : axis);

function concat({ inputs, attributes, recorder }: KernelCall): Value {
  const parts = list(inputs).filter((part) => sizeOf(part.shape) > 0);
  const first = parts[0] ?? list(inputs)[0]!;
  if (parts.length <= 1) return first;
  const axis = normalize(attributes.axis as number, first.shape.length);
  const length = parts.reduce((sum, part) => sum + part.shape[axis]!, 0);
  const shape = first.shape.with(axis, length);
  const kept = Object.fromEntries(parts.map((part, index) => [index, part]));
  return recorder.add("Concat", kept, { axis }, outline(first, shape));
}

function slice(call: KernelCall): Value {
  const [x] = take(call, "x") as [Value];
  const { begin, size } = call.attributes as { begin: number[]; size: number[] };
  const like = { shape: [...x.shape], rank: x.shape.length } as tf.Tensor;
  const [starts, sizes] = tf.slice_util.parseSliceParams(like, begin, size) as number[][];
  if (starts!.every((start) => start === 0) && sizes!.every((side, i) => side === x.shape[i]))
    return x;
  return call.recorder.add("Slice", { x }, { begin: starts, size: sizes }, outline(x, sizes!));
}

function stridedSlice(call: KernelCall): Value {
  const [x] = take(call, "x") as [Value];
  const a = call.attributes as Record<string, number> & Record<string, number[]>;
  const info = tf.slice_util.sliceInfo(
    [...x.shape],
    a.begin as number[],
    a.end as number[],
    a.strides as number[],
    a.beginMask as number,
    a.endMask as number,
    a.ellipsisMask as number,
    a.newAxisMask as number,
    a.shrinkAxisMask as number,
  );
  const { begin, end, strides, finalShape } = info;
  const sizes = tf.slice_util.computeOutShape(begin, end, strides);
  const sliced = call.recorder.add(
    "StridedSlice",
    { x },
    { begin, end, strides },
    outline(x, sizes),
  );
  return call.recorder.reshape(sliced, finalShape);
}

function splitV(call: KernelCall): Value[] {
  const [x] = take(call, "x") as [Value];
  const { numOrSizeSplits, axis: given } = call.attributes as {
    numOrSizeSplits: number | number[];
    axis: number;
  };
  const axis = normalize(given, x.shape.length);
  const like = { shape: [...x.shape] } as tf.Tensor;
  const sizes = tf.backend_util.prepareSplitSize(like, numOrSizeSplits, axis);
  if (sizes.length === 1) return [x];
  const outlines = sizes.map((size) => outline(x, x.shape.with(axis, size)));
  return call.recorder.addMany("SplitV", { x }, { axis, sizes }, outlines);
}

function pack({ inputs, attributes, recorder }: KernelCall): Value {
  const parts = list(inputs);
  const axis = normalize(attributes.axis as number, parts[0]!.shape.length + 1);
  const expanded = parts.map((part) => recorder.reshape(part, part.shape.toSpliced(axis, 0, 1)));
  return concat({ inputs: Object.fromEntries(expanded.entries()), attributes: { axis }, recorder });
}

function unpack(call: KernelCall): Value[] {
  const [x] = take(call, "value") as [Value];
  const axis = normalize(call.attributes.axis as number, x.shape.length);
  const attributes = { numOrSizeSplits: x.shape[axis]!, axis };
  const shape = x.shape.toSpliced(axis, 1);
  return splitV({ inputs: { x }, attributes, recorder: call.recorder }).map((part) =>
    call.recorder.reshape(part, shape),
  );
}

function tile(call: KernelCall): Value {
  const [x] = take(call, "x") as [Value];
  const reps = call.attributes.reps as number[];
  const shape = x.shape.map((side, axis) => side * reps[axis]!);
  if (x.shape.every((side, axis) => side === 1 || reps[axis] === 1))
    return call.recorder.broadcast(x, shape);
  return call.recorder.add("Tile", { x }, { reps }, outline(x, shape));
}

function pad(call: KernelCall): Value {
  const [x] = take(call, "x") as [Value];
  const { paddings, constantValue } = call.attributes as {
    paddings: [number, number][];
    constantValue?: number;
  };
  if (paddings.every(([before, after]) => before === 0 && after === 0)) return x;
  const shape = x.shape.map((side, axis) => side + paddings[axis]![0] + paddings[axis]![1]);
  const attributes = { paddings, value: constantValue ?? 0 };
  return call.recorder.add("PadV2", { x }, attributes, outline(x, shape));
}

export const shapeRules: TraceRules = {
  Reshape: (call) => {
    const [x] = take(call, "x") as [Value];
    const shape = tf.util.inferFromImplicitShape(
      call.attributes.shape as number[],
      sizeOf(x.shape),
    );
    return call.recorder.reshape(x, shape);
  },
  ExpandDims: (call) => {
    const [x] = take(call, "input") as [Value];
    const dim = call.attributes.dim as number;
    const axis = dim < 0 ? dim + x.shape.length + 1 : dim;
    return call.recorder.reshape(x, x.shape.toSpliced(axis, 0, 1));
  },
  Transpose: (call) => {
    const [x] = take(call, "x") as [Value];
    const perm = call.attributes.perm as number[];
    if (perm.every((from, to) => from === to)) return x;
    const shape = perm.map((axis) => x.shape[axis]!);
    return call.recorder.add("Transpose", { x }, { perm }, outline(x, shape));
  },
  Concat: concat,
  Slice: slice,
  StridedSlice: stridedSlice,
  SplitV: splitV,
  Pack: pack,
  Unpack: unpack,
  Tile: tile,
  PadV2: pad,
  MirrorPad: (call) => {
    const [x] = take(call, "x") as [Value];
    const { paddings, mode } = call.attributes as { paddings: [number, number][]; mode: string };
    const shape = x.shape.map((side, axis) => side + paddings[axis]![0] + paddings[axis]![1]);
    return call.recorder.add("MirrorPad", { x }, { paddings, mode }, outline(x, shape));
  },
  Reverse: (call) => {
    const [x] = take(call, "x") as [Value];
    const axes = tf.util.parseAxisParam(call.attributes.dims as number[], [...x.shape]);
    return call.recorder.add("Reverse", { x }, { axes }, outline(x, x.shape));
  },
  Range: ({ attributes, recorder }) => {
    const { start, stop, step, dtype } = attributes as Record<string, number> & {
      dtype: ValueType;
    };
    const length = Math.max(0, Math.ceil((stop! - start!) / (step ?? 1)));
    const values = Array.from({ length }, (_, index) => start! + index * (step ?? 1));
    const data = dtype === "int32" ? Int32Array.from(values) : Float32Array.from(values);
    return recorder.constant({ type: dtype, shape: [length] }, data);
  },
  LinSpace: ({ attributes, recorder }) => {
    const { start, stop, num } = attributes as Record<string, number>;
    const step = (stop! - start!) / Math.max(1, num! - 1);
    const data = Float32Array.from({ length: num! }, (_, index) => start! + index * step);
    return recorder.constant({ type: "float32", shape: [num!] }, data);
  },
};
