import type { HostTensor } from "../../host-tensor.js";
import { type Graph, type GraphNode, sizeOf, type Value } from "../graph.js";
import type { Outline } from "../trace/recorder.js";

type NodeKey = string;

/**
 * Builds a graph anew, node by node in order. What was written already can be looked at, uniform
 * values are known, and a node that was written before is not written again.
 */
export class Rewriter {
  readonly #nodes: GraphNode[] = [];
  readonly #constants = new Map<Value, HostTensor["data"]>();
  readonly #makers = new Map<Value, GraphNode>();
  readonly #uniform = new Map<Value, number>();
  readonly #written = new Map<NodeKey, GraphNode>();
  readonly #replacements = new Map<Value, Value>();
  #count: number;

  constructor(readonly source: Graph) {
    for (const [value, data] of source.constants) {
      this.#constants.set(value, data);
      if (sizeOf(value.shape) === 1) this.#uniform.set(value, data[0]!);
    }
    const values = source.nodes.flatMap(({ outputs }) => outputs);
    const all = [...values, ...source.inputs, ...source.constants.keys()];
    this.#count = all.reduce((most, { id }) => Math.max(most, id), 0) + 1;
  }

  /** What now stands for a value of the source. */
  current(value: Value): Value {
    return this.#replacements.get(value) ?? value;
  }

  replace(old: Value, by: Value): void {
    this.#replacements.set(old, by);
  }

  /** The node that makes a value, if one does. */
  makerOf(value: Value): GraphNode | undefined {
    return this.#makers.get(value);
  }

  /** The one number that all of a value's elements are, if that is known. */
  uniformOf(value: Value): number | undefined {
    return this.#uniform.get(value);
  }

  /** Writes a node, or finds the same one; gives its outputs. */
  write(node: Omit<GraphNode, "outputs">, outlines: readonly Outline[]): readonly Value[] {
    const key = keyOf(node, outlines);
    const known = this.#written.get(key);
    if (known) return known.outputs;
    const outputs = outlines.map(({ type, shape }) => ({ id: this.#count++, type, shape }));
    this.#add({ ...node, outputs }, key);
    return outputs;
  }

  add(op: string, inputs: GraphNode["inputs"], attributes: object, outline: Outline): Value {
    return this.write({ op, inputs, attributes: { ...attributes } }, [outline])[0]!;
  }

  fill({ type, shape }: Outline, value: number): Value {
    return this.add("Fill", {}, { value }, { type, shape });
  }

  #add(node: GraphNode, key: NodeKey): void {
    this.#nodes.push(node);
    this.#written.set(key, node);
    for (const output of node.outputs) this.#makers.set(output, node);
    if (node.op === "Fill") this.#uniform.set(node.outputs[0]!, node.attributes.value as number);
  }

  graph(): Graph {
    return {
      inputs: this.source.inputs,
      constants: this.#constants,
      nodes: this.#nodes,
      outputs: this.source.outputs.map((value) => this.current(value)),
    };
  }
}

const keyOf = (
  { op, inputs, attributes }: Omit<GraphNode, "outputs">,
  outlines: readonly Outline[],
) =>
  [
    op,
    ...Object.entries(inputs).map(([name, { id }]) => `${name}=${id}`),
    JSON.stringify(attributes),
    ...outlines.map(({ type, shape }) => `${type}[${shape}]`),
  ].join(" ");
