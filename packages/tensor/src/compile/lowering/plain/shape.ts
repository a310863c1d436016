import type { GraphNode, Value, ValueType } from "../../graph.js";
import type { ModelBuilder } from "../builder.js";
import { arranged, isNatural, type Layout, reshapedLayout } from "../layout.js";
import { input, type LowerRule, type LowerRules, output } from "../rule.js";

const reshape: LowerRule = (node, { arrays }) => {
  const x = input(node, "x");
  const y = output(node);
  const layout = arrays.layoutOf(x);
  const kept = isNatural(layout) ? layout : reshapedLayout(layout, x.shape, y.shape);
  if (isNatural(layout) || !kept) arrays.set(y, arrays.reshape(arrays.get(x), y.shape));
  else arrays.set(y, arrays.reshape(arrays.get(x, layout), arranged(y.shape, kept)), kept);
};

/** A transposition only renames the axes of the arrays that are there. */
const transpose: LowerRule = (node, { arrays }) => {
  const x = input(node, "x");
  const perm = node.attributes.perm as number[];
  for (const layout of arrays.layoutsOf(x))
    arrays.set(
      output(node),
      arrays.get(x, layout),
      layout.map((axis) => perm.indexOf(axis)),
    );
};

/** A node that treats every axis by its number: computed in its input's layout, attributes arranged. */
const axiswise =
  (
    emit: (builder: ModelBuilder, x: string, arrange: <T>(perAxis: readonly T[]) => T[]) => string,
  ) =>
  (x: Value, y: Value, { builder, arrays }: Parameters<LowerRule>[1]): void => {
    const layout = arrays.layoutOf(x);
    const arrange = <T>(perAxis: readonly T[]) => layout.map((axis) => perAxis[axis]!);
    arrays.set(y, emit(builder, arrays.get(x, layout), arrange), layout);
  };

/** Along the axis at a place: from start to before end, both counted from the end where negative. */
export interface Bounds {
  readonly place: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** Takes a part of an array of these sides; axes without bounds stay whole. */
export type Cut = (
  builder: ModelBuilder,
  array: { readonly name: string; readonly type: ValueType; readonly sides: readonly number[] },
  bounds: readonly Bounds[],
) => string;

export const bySlice: Cut = (builder, { name }, bounds) => {
  const column = (pick: (bound: Bounds) => number) => builder.ints(bounds.map(pick));
  return builder.emit("Slice", [
    name,
    column(({ start }) => start),
    column(({ end }) => end),
    column(({ place }) => place),
    column(({ step }) => step),
  ]);
};

/** The end of a slice that runs backwards past the first element. */
const beforeFirst = -(2 ** 31);

type Arrange = <T>(perAxis: readonly T[]) => T[];

/** Nodes that take a part of an array, or turn it round. */
export function cutRules(cut: Cut): LowerRules {
  const cutting =
    (boundsOf: (node: GraphNode, arrange: Arrange) => Bounds[]): LowerRule =>
    (node, context) => {
      const x = input(node, "x");
      axiswise((builder, name, arrange) => {
        const bounds = boundsOf(node, arrange);
        if (bounds.length === 0) return builder.emit("Identity", [name]);
        return cut(builder, { name, type: x.type, sides: arrange(x.shape) }, bounds);
      })(x, output(node), context);
    };
  return {
    Slice: cutting((node, arrange) => {
      const { begin, size } = node.attributes as { begin: number[]; size: number[] };
      const sizes = arrange(size);
      const sides = arrange(input(node, "x").shape);
      return arrange(begin)
        .map((start, place) => ({ place, start, end: start + sizes[place]!, step: 1 }))
        .filter(({ place }) => sizes[place] !== sides[place]);
    }),
    StridedSlice: cutting((node, arrange) => {
      const { begin, end, strides } = node.attributes as Record<string, number[]>;
      const [ends, steps] = [arrange(end!), arrange(strides!)];
      return arrange(begin!).map((start, place) => {
        const step = steps[place]!;
        const last = ends[place]!;
        return { place, start, end: step < 0 && last < 0 ? beforeFirst : last, step };
      });
    }),
    Reverse: cutting((node, arrange) => {
      const axes = node.attributes.axes as number[];
      return arrange(output(node).shape.map((_, axis) => axes.includes(axis))).flatMap(
        (flip, place) => (flip ? [{ place, start: -1, end: beforeFirst, step: -1 }] : []),
      );
    }),
  };
}

/** Concat in the layout of its largest part, so that skip connections stay as they are. */
const concat: LowerRule = (node, { builder, arrays }) => {
  const parts = Object.values(node.inputs);
  const axis = node.attributes.axis as number;
  const layout: Layout = arrays.layoutOf(
    parts.reduce((largest, part) => (part.shape[axis]! > largest.shape[axis]! ? part : largest)),
  );
  const names = parts.map((part) => arrays.get(part, layout));
  const whole = builder.emit("Concat", names, { axis: { int: layout.indexOf(axis) } });
  arrays.set(output(node), whole, layout);
};

const split: LowerRule = (node, { builder, arrays }) => {
  const x = input(node, "x");
  const { axis, sizes } = node.attributes as { axis: number; sizes: number[] };
  const layout = arrays.layoutOf(x);
  const inputs = [arrays.get(x, layout), builder.ints(sizes)];
  const attributes = { axis: { int: layout.indexOf(axis) } };
  const names = builder.emitMany({ op: "Split", inputs, attributes }, sizes.length);
  for (const [index, name] of names.entries()) arrays.set(node.outputs[index]!, name, layout);
};

const pad =
  (mode: "constant" | "reflect" | "symmetric"): LowerRule =>
  (node, context) => {
    const x = input(node, "x");
    const { paddings, value } = node.attributes as { paddings: [number, number][]; value?: number };
    axiswise((builder, name, arrange) => {
      const sides = arrange(paddings);
      const widths = builder.ints([...sides.map(([before]) => before), ...sides.map(([, a]) => a)]);
      const inputs = mode === "constant" ? [builder.scalar(x.type, value ?? 0)] : [];
      return builder.emit("Pad", [name, widths, ...inputs], { mode: { string: mode } });
    })(x, output(node), context);
  };

export const shapeRules: LowerRules = {
  Reshape: reshape,
  Transpose: transpose,
  ...cutRules(bySlice),
  Concat: concat,
  SplitV: split,
  PadV2: pad("constant"),
  MirrorPad: pad("reflect"),
  Tile: (node, context) =>
    axiswise((builder, name, arrange) =>
      builder.emit("Tile", [name, builder.ints(arrange(node.attributes.reps as number[]))]),
    )(input(node, "x"), output(node), context),
  BroadcastTo: (node, { builder, arrays }) => {
    const { shape } = output(node);
    const spread = builder.emit("Expand", [arrays.get(input(node, "x")), builder.ints(shape)]);
    arrays.set(output(node), spread);
  },
  Fill: (node, { builder, arrays }) => {
    const { shape, type } = output(node);
    const value = builder.scalar(type, node.attributes.value as number);
    arrays.set(
      output(node),
      shape.length === 0 ? value : builder.emit("Expand", [value, builder.ints(shape)]),
    );
  },
};
