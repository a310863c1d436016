import type { GraphNode, Value } from "../graph.js";
import type { Arrays } from "./arrays.js";
import type { ModelBuilder } from "./builder.js";

/** What a rule may use: the model being built and where the graph's values are in it. */
export interface LoweringContext {
  readonly builder: ModelBuilder;
  readonly arrays: Arrays;
}

/** Says one node of the graph in ONNX. */
export type LowerRule = (node: GraphNode, context: LoweringContext) => void;

/** Rules by the node's op. */
export type LowerRules = Readonly<Record<string, LowerRule>>;

/** The named input of a node; a missing one is a bug. */
export function input(node: GraphNode, name: string): Value {
  const value = node.inputs[name];
  if (!value) throw new Error(`${node.op} has no input ${name}`);
  return value;
}

/** The node's only output. */
export const output = (node: GraphNode): Value => node.outputs[0]!;
