import type { HostTensor } from "../host-tensor.js";

export type ValueType = HostTensor["dtype"];

/** One array that a graph computes or is given. Shapes are static; the axes are tfjs's, channels last. */
export interface Value {
  readonly id: number;
  readonly type: ValueType;
  readonly shape: readonly number[];
}

/** One tfjs kernel call. */
export interface GraphNode {
  /** tfjs's kernel name: `Conv2D`, `Multiply`, … */
  readonly op: string;
  /** By tfjs's name of the input (`x`, `filter`); lists (Concat, Pack, AddN) by "0", "1", … */
  readonly inputs: Readonly<Record<string, Value>>;
  /** The kernel's options as tfjs gave them. */
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly outputs: readonly Value[];
}

/** A node's attribute `inPlace`: the name of the input whose memory each of these outputs is written to. */
export type InPlace = Readonly<Record<number, string>>;

/** A traced program. Nodes are in an order in which every value is made before it is used. */
export interface Graph {
  /** Given from outside before each run. */
  readonly inputs: readonly Value[];
  /** Known at trace time. */
  readonly constants: ReadonlyMap<Value, HostTensor["data"]>;
  readonly nodes: readonly GraphNode[];
  /** May repeat a value, and may hold an input or a constant. */
  readonly outputs: readonly Value[];
}

export const sizeOf = (shape: readonly number[]): number =>
  shape.reduce((product, side) => product * side, 1);

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((side, axis) => side === b[axis]);

/** How many nodes read each value; outputs count as readers. */
export function countReaders(graph: Graph): Map<Value, number> {
  const readers = new Map<Value, number>();
  const read = (value: Value) => readers.set(value, (readers.get(value) ?? 0) + 1);
  for (const { inputs } of graph.nodes) for (const value of Object.values(inputs)) read(value);
  graph.outputs.forEach(read);
  return readers;
}
