import type { InPlace, Value } from "../../graph.js";
import { type TraceRules, take } from "../rule.js";

/** Which input each output overwrites where it lies. */
const CACHE_IN_PLACE: InPlace = { 1: "keys", 2: "values" };

/** Kernels of this project that only the compiled engine has; see src/kernels. */
export const fusedRules: TraceRules = {
  Silu: (call) => {
    const [x] = take(call, "x") as [Value];
    return call.recorder.add("Silu", { x }, {}, x);
  },
  SiluGrad: (call) => {
    const [dy, x] = take(call, "dy", "x") as [Value, Value];
    return call.recorder.add("SiluGrad", { dy, x }, {}, x);
  },
  GroupNorm: (call) => {
    const [x, scale, shift] = take(call, "x", "scale", "shift") as [Value, Value, Value];
    const { groups, epsilon } = call.attributes as { groups: number; epsilon: number };
    const statistic = { type: x.type, shape: [x.shape[0]!, groups] };
    const outlines = [x, statistic, statistic];
    return call.recorder.addMany("GroupNorm", { x, scale, shift }, { groups, epsilon }, outlines);
  },
  GroupNormGrad: (call) => {
    const names = ["dy", "x", "scale", "mean", "rate"];
    const [dy, x, scale, mean, rate] = take(call, ...names) as [Value, Value, Value, Value, Value];
    const inputs = { dy, x, scale, mean, rate };
    const { groups } = call.attributes as { groups: number };
    return call.recorder.addMany("GroupNormGrad", inputs, { groups }, [x, scale, scale]);
  },
  CachedAttention: (call) => {
    const names = ["projected", "position", "keys", "values", "cosine", "sine"];
    const [projected, , keys, values] = take(call, ...names) as Value[];
    const { heads } = call.attributes as { heads: number };
    const width = heads * keys!.shape[3]!;
    const mixed = { type: keys!.type, shape: [projected!.shape[0]!, width] };
    return call.recorder.addMany(
      "CachedAttention",
      call.inputs,
      { heads, inPlace: CACHE_IN_PLACE },
      [mixed, keys!, values!],
    );
  },
};
