import type { QuantizedMatrix } from "../../quantization/block-quantize.js";
import { input, output } from "../rule.js";
import type { BlockedRule, BlockedRules } from "./blocked-rule.js";

const rmsNorm: BlockedRule = (node, { builder, arrays }) => {
  const names = [arrays.get(input(node, "x")), arrays.get(input(node, "scale"))];
  const y = builder.emit("SimplifiedLayerNormalization", names, {
    axis: { int: -1 },
    epsilon: { float: node.attributes.epsilon as number },
  });
  arrays.set(output(node), y);
  return true;
};

/** Rows are rounded to 8 bits on the way, a scale for each block, and multiplied as whole numbers. */
const WHOLE_NUMBERS = 4;

const quantizedMatMul: BlockedRule = (node, { builder, arrays }) => {
  const matrix = node.attributes.matrix as QuantizedMatrix;
  const { bits, block, inputs, outputs, values, scales } = matrix;
  const blocks = Math.ceil(inputs / block);
  const bytes = (block * bits) / 8;
  const packed = builder.constant({ type: "uint8", shape: [outputs, blocks, bytes], data: values });
  const scale = builder.constant({ type: "float32", shape: [outputs * blocks], data: scales });
  const product = builder.emit(
    "MatMulNBits",
    [arrays.get(input(node, "a")), packed, scale],
    {
      K: { int: inputs },
      N: { int: outputs },
      bits: { int: bits },
      block_size: { int: block },
      accuracy_level: { int: WHOLE_NUMBERS },
    },
    "com.microsoft",
  );
  arrays.set(output(node), product);
  return true;
};

/** Nodes that no program calls: passes make them of others. */
export const rewrittenRules: BlockedRules = {
  RmsNorm: rmsNorm,
  QuantizedMatMul: quantizedMatMul,
};
