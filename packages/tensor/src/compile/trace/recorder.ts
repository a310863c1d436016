import type { HostTensor } from "../../host-tensor.js";
import type { Graph, GraphNode, Value, ValueType } from "../graph.js";
import { sameShape, sizeOf } from "../graph.js";

/** What an array looks like before it exists. */
export interface Outline {
  readonly type: ValueType;
  readonly shape: readonly number[];
}

/** Collects the nodes of one program while it is traced. */
export class Recorder {
  readonly inputs: Value[] = [];
  readonly constants = new Map<Value, HostTensor["data"]>();
  readonly nodes: GraphNode[] = [];
  readonly #makers = new Map<Value, string>();
  #count = 0;

  #value(type: ValueType, shape: readonly number[]): Value {
    return { id: this.#count++, type, shape: [...shape] };
  }

  /** The name of the kernel that made a value, for errors. */
  makerOf(value: Value): string {
    return this.#makers.get(value) ?? "an input";
  }

  input({ type, shape }: Outline): Value {
    const value = this.#value(type, shape);
    this.inputs.push(value);
    return value;
  }

  /** A value known now. A uniform one is recorded as a Fill, which passes see through. */
  constant({ type, shape }: Outline, data: HostTensor["data"]): Value {
    const first = data[0];
    if (sizeOf(shape) > 1 && data.every((element) => element === first))
      return this.fill({ type, shape }, first!);
    const value = this.#value(type, shape);
    this.constants.set(value, data);
    return value;
  }

  fill({ type, shape }: Outline, value: number): Value {
    return this.add("Fill", {}, { value }, { type, shape });
  }

  add(
    op: string,
    inputs: Readonly<Record<string, Value>>,
    attributes: Readonly<Record<string, unknown>>,
    output: Outline,
  ): Value {
    return this.addMany(op, inputs, attributes, [output])[0]!;
  }

  addMany(
    op: string,
    inputs: Readonly<Record<string, Value>>,
    attributes: Readonly<Record<string, unknown>>,
    outlines: readonly Outline[],
  ): Value[] {
    const outputs = outlines.map(({ type, shape }) => this.#value(type, shape));
    for (const output of outputs) this.#makers.set(output, op);
    this.nodes.push({ op, inputs, attributes, outputs });
    return outputs;
  }

  reshape(x: Value, shape: readonly number[]): Value {
    if (sameShape(x.shape, shape)) return x;
    return this.add("Reshape", { x }, {}, { type: x.type, shape });
  }

  cast(x: Value, type: ValueType): Value {
    return x.type === type ? x : this.add("Cast", { x }, {}, { type, shape: x.shape });
  }

  /** The same values repeated along axes of length 1 (and new leading axes). */
  broadcast(x: Value, shape: readonly number[]): Value {
    if (sameShape(x.shape, shape)) return x;
    return this.add("BroadcastTo", { x }, {}, { type: x.type, shape });
  }

  graph(outputs: readonly Value[]): Graph {
    return { inputs: this.inputs, constants: this.constants, nodes: this.nodes, outputs };
  }
}
