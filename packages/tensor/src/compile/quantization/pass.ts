import type { Graph, GraphNode, Value } from "../graph.js";
import { quantizeMatrix } from "./block-quantize.js";
import type { BlockFormat } from "./precision.js";

/**
 * Products of rows with a constant matrix become QuantizedMatMul nodes, which hold the matrix in few bits
 * as their attribute `matrix`. Products of two computed matrices stay as they are.
 */
export function quantizeWeights(graph: Graph, format: BlockFormat): Graph {
  const quantized = (node: GraphNode): GraphNode => {
    if (node.op !== "BatchMatMul") return node;
    const { a, b } = node.inputs as { a: Value; b: Value };
    const weights = graph.constants.get(b);
    const { transposeA, transposeB } = node.attributes;
    const fits = a.shape.length === 2 && b.shape.length === 2 && !transposeA && !transposeB;
    if (!fits || !(weights instanceof Float32Array)) return node;
    const matrix = quantizeMatrix(weights, b.shape as [number, number], format);
    return { op: "QuantizedMatMul", inputs: { a }, attributes: { matrix }, outputs: node.outputs };
  };
  return { ...graph, nodes: graph.nodes.map(quantized) };
}
