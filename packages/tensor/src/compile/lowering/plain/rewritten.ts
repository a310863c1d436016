import type { QuantizedMatrix } from "../../quantization/block-quantize.js";
import { dequantizeMatrix } from "../../quantization/block-quantize.js";
import { input, type LowerRule, type LowerRules, output } from "../rule.js";

const rmsNorm: LowerRule = (node, { builder, arrays }) => {
  const x = arrays.get(input(node, "x"));
  const last = builder.ints([input(node, "x").shape.length - 1]);
  const square = builder.emit("Mul", [x, x]);
  const mean = builder.emit("ReduceMean", [square, last], { keepdims: { int: 1 } });
  const epsilon = builder.scalar("float32", node.attributes.epsilon as number);
  const deviation = builder.emit("Sqrt", [builder.emit("Add", [mean, epsilon])]);
  const normalised = builder.emit("Div", [x, deviation]);
  arrays.set(output(node), builder.emit("Mul", [normalised, arrays.get(input(node, "scale"))]));
};

/** The weights as they come out of their few bits: as exact as them, and no faster than any product. */
const quantizedMatMul: LowerRule = (node, { builder, arrays }) => {
  const matrix = node.attributes.matrix as QuantizedMatrix;
  const weights = builder.constant({
    type: "float32",
    shape: [matrix.inputs, matrix.outputs],
    data: dequantizeMatrix(matrix),
  });
  arrays.set(output(node), builder.emit("MatMul", [arrays.get(input(node, "a")), weights]));
};

/** Nodes that no program calls: passes make them of others. */
export const rewrittenRules: LowerRules = {
  RmsNorm: rmsNorm,
  QuantizedMatMul: quantizedMatMul,
};
