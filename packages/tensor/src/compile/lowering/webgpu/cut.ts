import { arranged } from "../layout.js";
import { type Bounds, bySlice, type Cut, cutRules } from "../plain/shape.js";
import { input, type LowerRule, type LowerRules } from "../rule.js";

/** The provider slices floats only: of integers the places that are wanted are gathered, axis by axis. */
const byType: Cut = (builder, array, bounds) => {
  const { name, type, sides } = array;
  if (type === "float32") return bySlice(builder, array, bounds);
  return bounds.reduce((cut, bound) => {
    const places = Int32Array.from(placesOf(bound, sides[bound.place]!));
    const list = builder.constant({ type: "int32", shape: [places.length], data: places });
    return builder.emit("Gather", [cut, list], { axis: { int: bound.place } });
  }, name);
};

function placesOf({ start, end, step }: Bounds, side: number): number[] {
  const first = start < 0 ? start + side : start;
  const last = end < 0 ? Math.max(-1, end + side) : Math.min(end, side);
  const count = Math.max(0, Math.ceil((last - first) / step));
  return Array.from({ length: count }, (_, index) => first + index * step);
}

/** A GPU may refuse an operator with more than 8 arrays: parts are cut out one by one. */
const split: LowerRule = (node, { builder, arrays }) => {
  const x = input(node, "x");
  const { axis, sizes } = node.attributes as { axis: number; sizes: number[] };
  const layout = arrays.layoutOf(x);
  const array = { name: arrays.get(x, layout), type: x.type, sides: arranged(x.shape, layout) };
  const place = layout.indexOf(axis);
  let start = 0;
  for (const [index, size] of sizes.entries()) {
    const bounds = [{ place, start, end: start + size, step: 1 }];
    arrays.set(node.outputs[index]!, byType(builder, array, bounds), layout);
    start += size;
  }
};

export const webgpuCutRules: LowerRules = { ...cutRules(byType), SplitV: split };
