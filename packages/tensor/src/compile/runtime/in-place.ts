import type { Variable } from "../../tf-core.js";
import type { Graph, InPlace } from "../graph.js";
import { countReaders } from "../graph.js";
import type { InputSource } from "../trace/trace.js";

/**
 * Whether a variable's new value may be written over its old one: the node that makes it says that it
 * works in place, and nothing else reads the old value.
 */
export function isInPlace(
  { graph, sources }: { graph: Graph; sources: readonly InputSource[] },
  { variable, output }: { variable: Variable; output: number },
  readers = countReaders(graph),
): boolean {
  const value = graph.outputs[output]!;
  const maker = graph.nodes.find((node) => node.outputs.includes(value));
  const overwritten = (maker?.attributes.inPlace as InPlace | undefined)?.[
    maker!.outputs.indexOf(value)
  ];
  const old = overwritten === undefined ? undefined : maker?.inputs[overwritten];
  if (!old || readers.get(old) !== 1 || readers.get(value) !== 1) return false;
  const source = sources[graph.inputs.indexOf(old)];
  return source?.kind === "state" && source.variable === variable;
}
