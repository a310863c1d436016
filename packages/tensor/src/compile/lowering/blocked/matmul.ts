import type { Value } from "../../graph.js";
import { type Layout, natural, sameLayout } from "../layout.js";
import { input, output } from "../rule.js";
import type { BlockedArrays } from "./blocked-arrays.js";
import type { BlockedRule, BlockedRules } from "./blocked-rule.js";

/** The last two axes changed for one another. */
function swapped(rank: number): Layout {
  const layout = natural(rank);
  layout.splice(rank - 2, 2, rank - 1, rank - 2);
  return layout;
}

/** Stacks of matrices as they lie in memory, and whether they lie transposed. */
function asTheyLie(value: Value, arrays: BlockedArrays): { name: string; transposed: boolean } {
  const layout = swapped(value.shape.length);
  const transposed = sameLayout(arrays.layoutOf(value), layout);
  return { name: arrays.get(value, transposed ? layout : undefined), transposed };
}

/** ONNX Runtime's own product of stacks of matrices transposes while it multiplies. */
const batched: BlockedRule = (node, { builder, arrays }) => {
  const [a, b] = [input(node, "a"), input(node, "b")];
  if (a.shape.length === 2 && b.shape.length === 2) return false;
  const { transposeA, transposeB } = node.attributes;
  const [left, right] = [asTheyLie(a, arrays), asTheyLie(b, arrays)];
  const product = builder.emit(
    "FusedMatMul",
    [left.name, right.name],
    {
      transA: { int: left.transposed !== transposeA ? 1 : 0 },
      transB: { int: right.transposed !== transposeB ? 1 : 0 },
    },
    "com.microsoft",
  );
  arrays.set(output(node), product);
  return true;
};

export const matmulRules: BlockedRules = { BatchMatMul: batched };
