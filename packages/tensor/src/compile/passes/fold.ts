import { type Tensor, tf } from "../../tf-core.js";
import type { GraphNode, Value } from "../graph.js";
import type { Rewriter } from "./rewriter.js";

/** An elementwise node of uniform inputs is uniform: tfjs's own kernel says of what. */
export function foldUniform(node: GraphNode, rewriter: Rewriter): Value | undefined {
  const inputs = Object.entries(node.inputs);
  const values = inputs.map(([, value]) => rewriter.uniformOf(value));
  if (values.length === 0 || values.some((value) => value === undefined)) return undefined;
  const output = node.outputs[0]!;
  const result = tf.tidy(() => {
    const scalars = inputs.map(([name, { type }], index): [string, Tensor] => [
      name,
      tf.scalar(type === "bool" ? Boolean(values[index]) : values[index]!, type),
    ]);
    const list = node.op === "AddN" ? scalars.map(([, scalar]) => scalar) : undefined;
    const attributes = { ...node.attributes, dtype: output.type };
    const named = (list ?? Object.fromEntries(scalars)) as tf.NamedTensorMap;
    return (tf.engine().runKernel(node.op, named, attributes) as Tensor).dataSync()[0]!;
  });
  return rewriter.fill(output, Number(result));
}
