import type { OnnxModel, OnnxNode } from "../onnx/writer.js";

/** Operators and file format that readers of the last few years know, from onnx 1.12 on. */
const OPSET = 17;
const IR_VERSION = 8;

/** Reductions that were given their axes as an attribute up to opset 17. */
const REDUCTIONS: ReadonlySet<string> = new Set([
  "ReduceMean",
  "ReduceMax",
  "ReduceMin",
  "ReduceProd",
]);

/** A model of standard operators, said in those of opset 17. */
export function atOlderOpset(model: OnnxModel): OnnxModel {
  const reduction = (node: OnnxNode): OnnxNode => {
    const [x, axes] = node.inputs;
    if (!REDUCTIONS.has(node.op) || axes === undefined) return node;
    const places = model.initializers.get(axes)!.data as BigInt64Array;
    const attributes = { ...node.attributes, axes: { ints: Array.from(places, Number) } };
    return { ...node, inputs: [x!], attributes };
  };
  const nodes = model.nodes.map(reduction);
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  return {
    ...model,
    opsets: { "": OPSET },
    irVersion: IR_VERSION,
    nodes,
    initializers: new Map([...model.initializers].filter(([name]) => read.has(name))),
  };
}
