import { countReaders, type Graph, type GraphNode } from "../graph.js";

/** A convolution that only a ReLU reads makes it itself: `activation` is "Relu". */
export function fuseRelu(graph: Graph): Graph {
  const readers = countReaders(graph);
  const makers = new Map(graph.nodes.map((node) => [node.outputs[0]!, node] as const));
  const fused = new Set<GraphNode>();
  const nodes = graph.nodes.map((node) => {
    if (node.op !== "Relu") return node;
    const x = node.inputs.x!;
    const convolution = makers.get(x);
    if (convolution?.op !== "Conv2D" || readers.get(x) !== 1) return node;
    fused.add(convolution);
    const attributes = { ...convolution.attributes, activation: "Relu" };
    return { ...convolution, attributes, outputs: node.outputs };
  });
  return { ...graph, nodes: nodes.filter((node) => !fused.has(node)) };
}
