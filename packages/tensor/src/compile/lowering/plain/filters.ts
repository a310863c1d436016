import type { Value } from "../../graph.js";
import type { ModelBuilder } from "../builder.js";
import type { LoweringContext } from "../rule.js";

/**
 * [kh, kw, I, O] → [O, I, kh, kw], in the two steps that ONNX Runtime has fast code for: at once takes
 * it six times as long.
 */
function outputsFirst(name: string, builder: ModelBuilder): string {
  const rows = builder.emit("Transpose", [name], { perm: { ints: [3, 0, 1, 2] } });
  return builder.emit("Transpose", [rows], { perm: { ints: [0, 3, 1, 2] } });
}

/** tfjs's filter [kh, kw, I, O] as ONNX's Conv wants it: [O, I, kh, kw]. */
export const forwardFilter = (filter: Value, { builder, arrays }: LoweringContext): string =>
  outputsFirst(arrays.get(filter), builder);

/** The filter for a convolution from outputs back to inputs, turned by 180°: [I, O, kh, kw]. */
export function turnedFilter(filter: Value, { builder, arrays }: LoweringContext): string {
  const [rows, columns] = filter.shape as [number, number];
  let name = arrays.get(filter);
  if (rows > 1 || columns > 1) {
    const vector = (value: number) => builder.ints([value, value]);
    const bounds = [vector(-1), vector(-(2 ** 31)), builder.ints([0, 1]), vector(-1)];
    name = builder.emit("Slice", [name, ...bounds]);
  }
  const swapped = outputsFirst(name, builder);
  return builder.emit("Transpose", [swapped], { perm: { ints: [1, 0, 2, 3] } });
}

/** [kh, kw, C, M] as one filter a channel: [C·M, 1, kh, kw]. */
export function depthwiseFilter(filter: Value, { builder, arrays }: LoweringContext): string {
  const [rows, columns, channels, multiplier] = filter.shape as [number, number, number, number];
  const name = builder.emit("Transpose", [arrays.get(filter)], { perm: { ints: [2, 3, 0, 1] } });
  return arrays.reshape(name, [channels * multiplier, 1, rows, columns]);
}
