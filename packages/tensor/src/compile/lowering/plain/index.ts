import { Arrays } from "../arrays.js";
import { ModelBuilder } from "../builder.js";
import { finishModel } from "../finish.js";
import type { Lowering } from "../lowering.js";
import type { LowerRules } from "../rule.js";
import { convolutionRules } from "./convolution.js";
import { elementwiseRules } from "./elementwise.js";
import { fusedRules } from "./fused.js";
import { gatherRules } from "./gather.js";
import { matmulRules } from "./matmul.js";
import { poolRules } from "./pool.js";
import { reductionRules } from "./reduction.js";
import { resizeRules } from "./resize.js";
import { rewrittenRules } from "./rewritten.js";
import { shapeRules } from "./shape.js";

export const plainRules: LowerRules = {
  ...elementwiseRules,
  ...reductionRules,
  ...shapeRules,
  ...gatherRules,
  ...convolutionRules,
  ...matmulRules,
  ...poolRules,
  ...resizeRules,
  ...fusedRules,
};

/** A lowering that says every node by its rule alone. */
export const loweringBy = (name: string, rules: LowerRules): Lowering => ({
  name,
  lacks: ["CachedAttention"],
  lower(graph) {
    const builder = new ModelBuilder();
    const arrays = new Arrays(builder, graph);
    for (const node of graph.nodes) {
      const rule = rules[node.op];
      if (!rule) throw new Error(`the ${name} lowering has no rule for ${node.op}`);
      rule(node, { builder, arrays });
    }
    return finishModel(graph, builder, arrays);
  },
});

/** Standard ONNX only: runs wherever ONNX does, and can be exported. */
export const plainLowering = loweringBy("plain", { ...plainRules, ...rewrittenRules });
