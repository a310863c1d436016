import type { ValueType } from "../graph.js";
import type { OnnxAttribute, OnnxNode, OnnxTensor, OnnxType } from "../onnx/writer.js";

export type Attributes = Readonly<Record<string, OnnxAttribute>>;

/** Collects the nodes and constants of an ONNX model; values are known by name. */
export class ModelBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly initializers = new Map<string, OnnxTensor>();
  readonly #shared = new Map<string, string>();
  readonly #emitted = new Map<string, readonly string[]>();
  #count = 0;

  fresh(): string {
    return `v${this.#count++}`;
  }

  /** Adds a node with one output and gives its name. */
  emit(op: string, inputs: readonly string[], attributes: Attributes = {}, domain = ""): string {
    return this.emitMany({ op, inputs, attributes, domain }, 1)[0]!;
  }

  /** The same node is added once, since the gradients of one value often ask for the same again. */
  emitMany(node: Omit<OnnxNode, "outputs">, outputs: number): readonly string[] {
    const key = `${node.domain} ${node.op} ${node.inputs} ${JSON.stringify(node.attributes)}`;
    const known = this.#emitted.get(key);
    if (known) return known;
    const names = Array.from({ length: outputs }, () => this.fresh());
    this.nodes.push({ ...node, outputs: names });
    this.#emitted.set(key, names);
    return names;
  }

  constant(tensor: OnnxTensor): string {
    const name = this.fresh();
    this.initializers.set(name, tensor);
    return name;
  }

  /** An int64 vector, as ONNX wants shapes, axes and bounds. */
  ints(values: readonly number[]): string {
    return this.#once(`ints ${values}`, () => ({
      type: "int64",
      shape: [values.length],
      data: BigInt64Array.from(values, BigInt),
    }));
  }

  /** One number; of rank 0 unless a shape of ones is given. */
  scalar(type: OnnxType, value: number, shape: readonly number[] = []): string {
    const key = Object.is(value, -0) ? "-0" : value;
    return this.#once(`${type} ${key} [${shape}]`, () => ({
      type,
      shape,
      data: type === "int64" ? BigInt64Array.of(BigInt(value)) : arrayOf(type, [value]),
    }));
  }

  #once(key: string, make: () => OnnxTensor): string {
    const known = this.#shared.get(key);
    if (known) return known;
    const name = this.constant(make());
    this.#shared.set(key, name);
    return name;
  }
}

function arrayOf(type: OnnxType, values: readonly number[]): ArrayBufferView {
  if (type === "float32") return Float32Array.from(values);
  if (type === "int32") return Int32Array.from(values);
  return Uint8Array.from(values);
}

/** TensorProto.DataType, for ONNX's Cast. */
export const onnxTypeCode = { float32: 1, int32: 6, int64: 7, bool: 9 } as const satisfies Record<
  ValueType | "int64",
  number
>;
