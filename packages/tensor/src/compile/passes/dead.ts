import type { Graph, Value } from "../graph.js";

/** Drops nodes and constants that no output depends on. */
export function removeDead(graph: Graph): Graph {
  const needed = new Set<Value>(graph.outputs);
  const nodes = graph.nodes.toReversed().filter(({ inputs, outputs }) => {
    if (!outputs.some((output) => needed.has(output))) return false;
    for (const value of Object.values(inputs)) needed.add(value);
    return true;
  });
  const constants = new Map([...graph.constants].filter(([value]) => needed.has(value)));
  return { ...graph, constants, nodes: nodes.reverse() };
}
