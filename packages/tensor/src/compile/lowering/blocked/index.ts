import { ModelBuilder } from "../builder.js";
import { finishModel } from "../finish.js";
import type { Lowering } from "../lowering.js";
import { plainRules } from "../plain/index.js";
import { rewrittenRules as plainRewrittenRules } from "../plain/rewritten.js";
import { attentionRules } from "./attention.js";
import { BlockedArrays } from "./blocked-arrays.js";
import type { BlockedRules } from "./blocked-rule.js";
import { concatRules } from "./concat.js";
import { convolutionRules } from "./convolution.js";
import { elementwiseRules } from "./elementwise.js";
import { rewriteEnlargedConvolutions } from "./enlarged-convolution.js";
import { filterGradient } from "./filter-gradient.js";
import { fusedRules } from "./fused.js";
import { matmulRules } from "./matmul.js";
import { poolRules } from "./pool.js";
import { reductionRules } from "./reduction.js";
import { resizeRules } from "./resize.js";
import { rewrittenRules } from "./rewritten.js";

const blockedRules: BlockedRules = {
  ...elementwiseRules,
  ...convolutionRules,
  Conv2DBackpropFilter: filterGradient,
  ...poolRules,
  ...concatRules,
  ...reductionRules,
  ...resizeRules,
  ...fusedRules,
  ...matmulRules,
  ...attentionRules,
  ...rewrittenRules,
};

/**
 * Convolutions in ONNX Runtime's blocked layout, with everything between them kept in blocks as far as
 * it goes, and the plain rules for the rest. See docs/decisions/blocked-lowering.md.
 *
 * @param block channels in a block on this machine, which `probeBlock` finds out
 */
export const blockedLowering = (block: number): Lowering => ({
  name: "blocked",
  lacks: [],
  lower(traced) {
    const graph = rewriteEnlargedConvolutions(traced, block);
    const builder = new ModelBuilder();
    const arrays = new BlockedArrays(builder, graph, block);
    for (const node of graph.nodes) {
      if (blockedRules[node.op]?.(node, { builder, arrays })) continue;
      const rule = plainRules[node.op] ?? plainRewrittenRules[node.op];
      if (!rule) throw new Error(`the blocked lowering has no rule for ${node.op}`);
      rule(node, { builder, arrays });
    }
    return finishModel(graph, builder, arrays);
  },
});
