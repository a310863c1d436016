import type { Graph } from "../graph.js";
import type { OnnxModel, OnnxNode, OnnxValue } from "../onnx/writer.js";
import type { Arrays } from "./arrays.js";
import type { ModelBuilder } from "./builder.js";
import { inputName, outputName } from "./lowering.js";

/** The edges of the model, with its outputs brought to the graph's own order of axes. */
export function finishModel(graph: Graph, builder: ModelBuilder, arrays: Arrays): OnnxModel {
  const inputs: OnnxValue[] = graph.inputs.map((value) => ({
    name: inputName(value),
    type: value.type,
    shape: value.shape,
  }));
  const sources = graph.outputs.map((value) => arrays.get(value));
  const outputs: OnnxValue[] = graph.outputs.map((value, index) => ({
    name: outputName(index),
    type: value.type,
    shape: value.shape,
  }));
  const nodes = nameOutputs(builder.nodes, sources);
  const read = new Set(nodes.flatMap((node) => node.inputs));
  const initializers = new Map([...builder.initializers].filter(([name]) => read.has(name)));
  return { inputs, outputs, initializers, nodes };
}

/**
 * Lets nodes write the model's outputs at once, where they can: an input, a constant and what is an
 * output already have to be copied.
 */
function nameOutputs(nodes: readonly OnnxNode[], sources: readonly string[]): OnnxNode[] {
  const made = new Set(nodes.flatMap(({ outputs }) => outputs));
  const names = new Map<string, string>();
  const copies: OnnxNode[] = [];
  for (const [index, source] of sources.entries()) {
    const name = outputName(index);
    if (made.has(source) && !names.has(source)) names.set(source, name);
    else copies.push({ op: "Identity", inputs: [source], outputs: [name] });
  }
  const renamed = (list: readonly string[]) => list.map((name) => names.get(name) ?? name);
  return [...nodes, ...copies].map((node) => ({
    ...node,
    inputs: renamed(node.inputs),
    outputs: renamed(node.outputs),
  }));
}
