import type { StoredWeights } from "../../export/storage.js";
import type { QuantizedMatrix } from "../../quantization/block-quantize.js";
import { dequantizeMatrix } from "../../quantization/block-quantize.js";
import { onnxTypeCode } from "../builder.js";
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

/** Weights as they come out of their storage, which runtimes do once, when they load the file. */
const storedWeights: LowerRule = (node, { builder, arrays }) => {
  const { values, scales } = node.attributes as unknown as StoredWeights;
  const to = { int: onnxTypeCode.float32 };
  const wide = builder.emit("Cast", [builder.constant(values)], { to });
  const weights = scales ? builder.emit("Mul", [wide, builder.constant(scales)]) : wide;
  arrays.set(output(node), weights);
};

/** Nodes that no program calls: passes make them of others. */
export const rewrittenRules: LowerRules = {
  RmsNorm: rmsNorm,
  QuantizedMatMul: quantizedMatMul,
  StoredWeights: storedWeights,
};
