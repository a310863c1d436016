import { type Narrow, placeRules } from "../plain/reduction.js";
import type { LowerRules } from "../rule.js";

/**
 * The provider knows 64-bit integers as indices only and cannot cast them: the 32-bit ones are read off a
 * list.
 */
const byList: Narrow = (builder, places, count) => {
  const counted = Int32Array.from({ length: count }, (_, place) => place);
  const list = builder.constant({ type: "int32", shape: [count], data: counted });
  return builder.emit("Gather", [list, places], { axis: { int: 0 } });
};

export const webgpuReductionRules: LowerRules = placeRules(byList);
