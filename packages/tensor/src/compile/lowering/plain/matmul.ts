import type { Value } from "../../graph.js";
import type { Arrays } from "../arrays.js";
import { type Layout, natural, sameLayout } from "../layout.js";
import { input, type LowerRule, type LowerRules, output } from "../rule.js";

const swapped: Layout = [1, 0];

/** A matrix as it lies in memory, and whether that is its transpose. */
function asItLies(value: Value, arrays: Arrays): { name: string; transposed: boolean } {
  const transposed = sameLayout(arrays.layoutOf(value), swapped);
  return { name: arrays.get(value, transposed ? swapped : undefined), transposed };
}

/** Two matrices: ONNX Gemm transposes for nothing. */
const gemm: LowerRule = (node, { builder, arrays }) => {
  const a = asItLies(input(node, "a"), arrays);
  const b = asItLies(input(node, "b"), arrays);
  const product = builder.emit("Gemm", [a.name, b.name], {
    transA: { int: a.transposed !== node.attributes.transposeA ? 1 : 0 },
    transB: { int: b.transposed !== node.attributes.transposeB ? 1 : 0 },
  });
  arrays.set(output(node), product);
};

/** Stacks of matrices. ONNX Runtime fuses the transpositions of the last two axes into MatMul. */
const batched: LowerRule = (node, { builder, arrays }) => {
  const operand = (value: Value, transpose: unknown) => {
    const rank = value.shape.length;
    const layout = natural(rank);
    if (transpose) layout.splice(rank - 2, 2, rank - 1, rank - 2);
    return arrays.get(value, layout);
  };
  const a = operand(input(node, "a"), node.attributes.transposeA);
  const b = operand(input(node, "b"), node.attributes.transposeB);
  arrays.set(output(node), builder.emit("MatMul", [a, b]));
};

export const matmulRules: LowerRules = {
  BatchMatMul: (node, context) => {
    const flat = Object.values(node.inputs).every(({ shape }) => shape.length === 2);
    (flat ? gemm : batched)(node, context);
  },
};
