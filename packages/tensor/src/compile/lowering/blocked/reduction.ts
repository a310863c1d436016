import type { GraphNode } from "../../graph.js";
import type { ReductionAttributes } from "../../trace/rules/reduction.js";
import { input, output } from "../rule.js";
import type { BlockedContext } from "./blocked-arrays.js";
import type { BlockedRule, BlockedRules } from "./blocked-rule.js";
import { nchwc } from "./nchwc.js";

/**
 * Sums over rows and columns of each channel are ONNX Runtime's blocked pooling; what is left, [B, C],
 * lies as it does without blocks.
 */
const reduction =
  (op: "ReduceSum" | "ReduceMean"): BlockedRule =>
  (node, context) => {
    const { arrays, builder } = context;
    const x = input(node, "x");
    if (!arrays.isBlocked(x)) return false;
    const axes = [...(node.attributes as unknown as ReductionAttributes).axes].join();
    if (axes === "0,1,2,3") {
      const whole = builder.emit(op, [arrays.getBlocked(x)], { keepdims: { int: 0 } });
      arrays.set(output(node), arrays.reshape(whole, output(node).shape));
      return true;
    }
    if (axes !== "1,2" && axes !== "0,1,2") return false;
    const pooled = pool(node, op === "ReduceSum" ? x.shape[1]! * x.shape[2]! : 1, context);
    const made =
      axes === "1,2"
        ? pooled
        : builder.emit(op, [pooled, builder.ints([0])], { keepdims: { int: 0 } });
    arrays.set(output(node), arrays.reshape(made, output(node).shape));
    return true;
  };

/** The mean over rows and columns, times `scale`: [B, C, 1, 1]. */
function pool(node: GraphNode, scale: number, { builder, arrays }: BlockedContext): string {
  const mean = nchwc(builder, "GlobalAveragePool", [arrays.getBlocked(input(node, "x"))]);
  return scale === 1 ? mean : builder.emit("Mul", [mean, builder.scalar("float32", scale)]);
}

export const reductionRules: BlockedRules = {
  Sum: reduction("ReduceSum"),
  Mean: reduction("ReduceMean"),
};
