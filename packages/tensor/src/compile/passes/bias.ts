import { countReaders, type Graph, type GraphNode, sizeOf, type Value } from "../graph.js";

/** A convolution that only a bias is added to takes the bias as its own input, `bias`. */
export function fuseBias(graph: Graph): Graph {
  const readers = countReaders(graph);
  const makers = new Map(graph.nodes.map((node) => [node.outputs[0]!, node] as const));
  const fused = new Set<GraphNode>();
  const nodes = graph.nodes.map((node) => {
    if (node.op !== "Add") return node;
    const { a, b } = node.inputs as { a: Value; b: Value };
    for (const [y, bias] of [
      [a, b],
      [b, a],
    ] as const) {
      const convolution = makers.get(y);
      if (convolution?.op !== "Conv2D" || convolution.inputs.bias) continue;
      const channels = y.shape.at(-1)!;
      const perChannel = bias.shape.at(-1) === channels && sizeOf(bias.shape) === channels;
      if (!perChannel || readers.get(y) !== 1) continue;
      fused.add(convolution);
      return { ...convolution, inputs: { ...convolution.inputs, bias }, outputs: node.outputs };
    }
    return node;
  });
  return { ...graph, nodes: nodes.filter((node) => !fused.has(node)) };
}
