import type { ReductionAttributes } from "../../trace/rules/reduction.js";
import { type ModelBuilder, onnxTypeCode } from "../builder.js";
import type { Layout } from "../layout.js";
import { input, type LowerRule, type LowerRules, output } from "../rule.js";

/** A reduction, computed in the layout that its input already has. */
const reduction =
  (op: string): LowerRule =>
  (node, { builder, arrays }) => {
    const x = input(node, "x");
    const { axes, keepDims } = node.attributes as unknown as ReductionAttributes;
    const layout = arrays.layoutOf(x);
    const places = axes.map((axis) => layout.indexOf(axis)).sort((a, b) => a - b);
    const reduced = builder.emit(op, [arrays.get(x, layout), builder.ints(places)], {
      keepdims: { int: keepDims ? 1 : 0 },
    });
    arrays.set(output(node), reduced, keepDims ? layout : without(layout, axes));
  };

/** A layout with some axes taken out and the others renumbered. */
function without(layout: Layout, axes: readonly number[]): Layout {
  const renumber = (axis: number) => axis - axes.filter((gone) => gone < axis).length;
  return layout.filter((axis) => !axes.includes(axis)).map(renumber);
}

/** Any and All are the largest and smallest of zeros and ones. */
const logical =
  (op: string): LowerRule =>
  (node, { builder, arrays }) => {
    const x = input(node, "x");
    const { axes, keepDims } = node.attributes as unknown as ReductionAttributes;
    const numbers = builder.emit("Cast", [arrays.get(x)], { to: { int: onnxTypeCode.int32 } });
    const reduced = builder.emit(op, [numbers, builder.ints(axes)], {
      keepdims: { int: keepDims ? 1 : 0 },
    });
    const bools = builder.emit("Cast", [reduced], { to: { int: onnxTypeCode.bool } });
    arrays.set(output(node), bools);
  };

/** Makes 32-bit integers of places below `count`, which ONNX counts in 64 bits. */
export type Narrow = (builder: ModelBuilder, places: string, count: number) => string;

const byCast: Narrow = (builder, places) =>
  builder.emit("Cast", [places], { to: { int: onnxTypeCode.int32 } });

/** ONNX takes the lowest index of equals, as tfjs does. */
const argument =
  (op: string, narrow: Narrow): LowerRule =>
  (node, { builder, arrays }) => {
    const x = input(node, "x");
    const axis = node.attributes.axis as number;
    const layout = arrays.layoutOf(x);
    const found = builder.emit(op, [arrays.get(x, layout)], {
      axis: { int: layout.indexOf(axis) },
      keepdims: { int: 0 },
    });
    const index = narrow(builder, found, x.shape[axis]!);
    arrays.set(output(node), index, without(layout, [axis]));
  };

/** Softmax keeps the layout of its input where its axis lies innermost, which is fast. */
const softmax: LowerRule = (node, { builder, arrays }) => {
  const x = input(node, "x");
  const axis = node.attributes.axis as number;
  const own = arrays.layoutOf(x);
  const layout = own.at(-1) === axis ? own : undefined;
  const place = layout ? -1 : axis;
  const y = builder.emit("Softmax", [arrays.get(x, layout)], { axis: { int: place } });
  arrays.set(output(node), y, layout);
};

const topK =
  (narrow: Narrow): LowerRule =>
  (node, { builder, arrays }) => {
    const x = input(node, "x");
    const k = builder.ints([node.attributes.k as number]);
    const [values, indices] = builder.emitMany({ op: "TopK", inputs: [arrays.get(x), k] }, 2);
    arrays.set(node.outputs[0]!, values!);
    arrays.set(node.outputs[1]!, narrow(builder, indices!, x.shape.at(-1)!));
  };

/** Nodes that give places along an axis. */
export const placeRules = (narrow: Narrow): LowerRules => ({
  ArgMin: argument("ArgMin", narrow),
  ArgMax: argument("ArgMax", narrow),
  TopK: topK(narrow),
});

export const reductionRules: LowerRules = {
  Sum: reduction("ReduceSum"),
  Mean: reduction("ReduceMean"),
  Prod: reduction("ReduceProd"),
  Max: reduction("ReduceMax"),
  Min: reduction("ReduceMin"),
  Any: logical("ReduceMax"),
  All: logical("ReduceMin"),
  ...placeRules(byCast),
  Softmax: softmax,
  Cumsum: (node, { builder, arrays }) => {
    const { axis, exclusive, reverse } = node.attributes;
    const sums = builder.emit(
      "CumSum",
      [arrays.get(input(node, "x")), builder.scalar("int64", axis as number)],
      { exclusive: { int: exclusive ? 1 : 0 }, reverse: { int: reverse ? 1 : 0 } },
    );
    arrays.set(output(node), sums);
  },
};
