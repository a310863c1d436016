import { countReaders, type Graph, type GraphNode, type Value } from "../graph.js";
import type { ReductionAttributes } from "../trace/rules/reduction.js";

/**
 * x·rsqrt(mean(x²) + ε)·scale over the last axis becomes one node, RmsNorm. Only where nothing else needs
 * its parts: in training their gradients do.
 */
export function fuseRmsNorm(graph: Graph): Graph {
  const readers = countReaders(graph);
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((value) => [value, node])));
  /** The node of that op which makes a value that only one other reads. */
  const maker = (value: Value | undefined, op: string): GraphNode | undefined => {
    const node = value && makers.get(value);
    return node?.op === op && readers.get(value!) === 1 ? node : undefined;
  };
  const numberIn = (value: Value | undefined): number | undefined => {
    if (value === undefined) return undefined;
    const node = makers.get(value);
    if (node?.op === "Fill") return node.attributes.value as number;
    const data = graph.constants.get(value);
    return data?.length === 1 ? data[0] : undefined;
  };

  const match = (node: GraphNode): GraphNode | undefined => {
    if (node.op !== "Multiply") return undefined;
    const { a, b } = node.inputs as { a: Value; b: Value };
    const normalised = maker(a, "Multiply");
    if (!normalised || b.shape.length !== 1 || b.shape[0] !== a.shape.at(-1)) return undefined;
    const { a: x, b: rate } = normalised.inputs as { a: Value; b: Value };
    const shifted = maker(maker(rate, "Rsqrt")?.inputs.x, "Add");
    const mean = maker(shifted?.inputs.a, "Mean");
    const epsilon = numberIn(shifted?.inputs.b);
    if (!mean || epsilon === undefined) return undefined;
    const { axes, keepDims } = mean.attributes as unknown as ReductionAttributes;
    const overLast = keepDims && axes.length === 1 && axes[0] === x.shape.length - 1;
    if (!overLast || maker(mean.inputs.x, "Square")?.inputs.x !== x) return undefined;
    return {
      op: "RmsNorm",
      inputs: { x, scale: b },
      attributes: { epsilon },
      outputs: node.outputs,
    };
  };
  return { ...graph, nodes: graph.nodes.map((node) => match(node) ?? node) };
}
