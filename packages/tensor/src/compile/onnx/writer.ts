/**
 * Writes an ONNX model by hand: the dozen protobuf messages of onnx.proto3 that a graph needs
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3). Data in, bytes out.
 */

export type OnnxType =
  | "float32"
  | "float64"
  | "int32"
  | "int64"
  | "bool"
  | "uint8"
  | "int8"
  | "float16";

/** A constant inside a model; `data` is little-endian, as the machine's typed arrays are. */
export interface OnnxTensor {
  readonly type: OnnxType;
  readonly shape: readonly number[];
  readonly data: ArrayBufferView;
}

/** One attribute; `float` and `floats` are told apart from integers by their key. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly string: string }
  | { readonly tensor: OnnxTensor };

/** One node of an ONNX graph. */
export interface OnnxNode {
  readonly op: string;
  /** "" is ONNX's own; also "com.microsoft" and "com.microsoft.nchwc". */
  readonly domain?: string;
  readonly name?: string;
  /** Names of values; "" leaves an optional input out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

/** A typed value at the edge of the graph; a string side is symbolic (a named free dimension). */
export interface OnnxValue {
  readonly name: string;
  readonly type: OnnxType;
  readonly shape: readonly (number | string)[];
}

export interface OnnxModel {
  readonly name?: string;
  /** Versions of the operators by domain; by default those that ONNX Runtime is given. */
  readonly opsets?: Readonly<Record<string, number>>;
  readonly irVersion?: number;
  /** Facts about the model, which runtimes and viewers show. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** Constants by the name of the value that they are. */
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  /** In an order in which every value is made before it is used. */
  readonly nodes: readonly OnnxNode[];
}

/** Opset version by domain; ONNX Runtime's own domains have version 1. */
export const opsets: Readonly<Record<string, number>> = {
  "": 20,
  "com.microsoft": 1,
  "com.microsoft.nchwc": 1,
};

const IR_VERSION = 9;

/** TensorProto.DataType */
const typeCode: Record<OnnxType, number> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
};

/** AttributeProto.AttributeType */
const attributeCode = { float: 1, int: 2, string: 3, tensor: 4, floats: 6, ints: 7 } as const;

/**
 * The model as the bytes of an `.onnx` file, which ONNX limits to 2 GB.
 * @param apart constants that are left out, by name: whoever loads the model gives each as the file of its name
 */
export function writeModel(
  model: OnnxModel,
  apart: ReadonlyMap<string, OnnxTensor> = new Map(),
): Uint8Array {
  const graph = [
    ...model.nodes.map((node) => message(1, writeNode(node))),
    text(2, model.name ?? "program"),
    ...[...model.initializers].map(([name, tensor]) =>
      message(5, apart.has(name) ? writeReference(tensor, name) : writeTensor(tensor, name)),
    ),
    ...model.inputs.map((value) => message(11, writeValue(value))),
    ...model.outputs.map((value) => message(12, writeValue(value))),
  ];
  const parts = [
    integer(1, model.irVersion ?? IR_VERSION),
    text(2, "fqgan"),
    message(7, graph),
    ...Object.entries(model.opsets ?? opsets).map(([domain, version]) =>
      message(8, [text(1, domain), integer(2, version)]),
    ),
    ...Object.entries(model.metadata ?? {}).map(([key, value]) =>
      message(14, [text(1, key), text(2, value)]),
    ),
  ];
  return concatenate(flatten(parts));
}

const writeNode = ({ inputs, outputs, name, op, domain, attributes = {} }: OnnxNode): Part => [
  ...inputs.map((input) => text(1, input)),
  ...outputs.map((output) => text(2, output)),
  text(3, name ?? ""),
  text(4, op),
  ...Object.entries(attributes).map(([key, value]) => message(5, writeAttribute(key, value))),
  text(7, domain ?? ""),
];

function writeAttribute(name: string, value: OnnxAttribute): Part {
  const parts: Part[] = [text(1, name)];
  if ("float" in value) parts.push(float(2, value.float), integer(20, attributeCode.float));
  else if ("int" in value) parts.push(integer(3, value.int), integer(20, attributeCode.int));
  else if ("string" in value) parts.push(text(4, value.string), integer(20, attributeCode.string));
  else if ("tensor" in value)
    parts.push(message(5, writeTensor(value.tensor)), integer(20, attributeCode.tensor));
  else if ("floats" in value)
    parts.push(...value.floats.map((f) => float(7, f)), integer(20, attributeCode.floats));
  else parts.push(...value.ints.map((i) => integer(8, i)), integer(20, attributeCode.ints));
  return parts;
}

const writeTensor = ({ type, shape, data }: OnnxTensor, name = ""): Part => [
  ...shape.map((side) => integer(1, side)),
  integer(2, typeCode[type]),
  text(8, name),
  bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
];

/** A tensor whose values lie in the file of its name. */
const writeReference = ({ type, shape }: OnnxTensor, name: string): Part => [
  ...shape.map((side) => integer(1, side)),
  integer(2, typeCode[type]),
  text(8, name),
  message(13, [text(1, "location"), text(2, name)]),
  integer(14, dataLocation.external),
];

/** TensorProto.DataLocation */
const dataLocation = { external: 1 } as const;

const writeValue = ({ name, type, shape }: OnnxValue): Part => {
  const sides = shape.map((side) =>
    message(1, [typeof side === "number" ? integer(1, side) : text(2, side)]),
  );
  const tensorType = [integer(1, typeCode[type]), message(2, sides)];
  return [text(1, name), message(2, [message(1, tensorType)])];
};

/** Bytes in order; nested only so that a message is written without copying its parts. */
type Part = Uint8Array | readonly Part[];

const flatten = (part: Part): Uint8Array[] =>
  part instanceof Uint8Array ? [part] : part.flatMap(flatten);

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.byteLength;
  }
  return whole;
}

const encoder = new TextEncoder();

function varint(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value)); // a negative int64 takes ten bytes
  const out: number[] = [];
  for (; rest >= 128n; rest >>= 7n) out.push(Number(rest & 127n) | 128);
  out.push(Number(rest));
  return Uint8Array.from(out);
}

/** Field number and wire type: 0 varint, 2 length-delimited, 5 four bytes. */
const tag = (field: number, wireType: number) => varint((field << 3) | wireType);

const integer = (field: number, value: number): Part => [tag(field, 0), varint(value)];

const float = (field: number, value: number): Part => [
  tag(field, 5),
  new Uint8Array(Float32Array.of(value).buffer),
];

const bytes = (field: number, data: Uint8Array): Part => [
  tag(field, 2),
  varint(data.byteLength),
  data,
];

const text = (field: number, value: string): Part => bytes(field, encoder.encode(value));

function message(field: number, part: Part): Part {
  const parts = flatten(part);
  const length = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return [tag(field, 2), varint(length), ...parts];
}
