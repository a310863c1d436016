import type { GraphNode, ValueType } from "../../graph.js";
import { type ModelBuilder, onnxTypeCode } from "../builder.js";
import { type LowerRule, type LowerRules, output } from "../rule.js";
import { commonLayout } from "./arrange.js";

/** Combines inputs that are arranged alike, in the node's order of inputs. */
export type Combine = (builder: ModelBuilder, names: string[], node: GraphNode) => string;

/** A node whose output elements depend on the input elements at the same place only. */
export const elementwise =
  (combine: Combine): LowerRule =>
  (node, { builder, arrays }) => {
    const layout = commonLayout(node, arrays);
    const names = Object.values(node.inputs).map((value) => arrays.getBroadcast(value, layout));
    arrays.set(output(node), combine(builder, names, node), layout);
  };

const named =
  (op: string): Combine =>
  (builder, names) =>
    builder.emit(op, names);

const inputType = (node: GraphNode): ValueType => Object.values(node.inputs)[0]!.type;

const cast = (builder: ModelBuilder, name: string, type: keyof typeof onnxTypeCode | "double") =>
  builder.emit("Cast", [name], { to: { int: type === "double" ? 11 : onnxTypeCode[type] } });

/** Comparisons of bools are made between integers, where ONNX has none. */
const ordered =
  (op: string): Combine =>
  (builder, names, node) =>
    builder.emit(
      op,
      inputType(node) === "bool" ? names.map((name) => cast(builder, name, "int32")) : names,
    );

/** Chooses between bools as integers, since ONNX Runtime has no Where for bools. */
function where(builder: ModelBuilder, [condition, ...choices]: string[], node: GraphNode): string {
  if (output(node).type !== "bool") return builder.emit("Where", [condition!, ...choices]);
  const numbers = choices.map((name) => cast(builder, name, "int32"));
  return cast(builder, builder.emit("Where", [condition!, ...numbers]), "bool");
}

function modulo(builder: ModelBuilder, [a, b]: string[], node: GraphNode): string {
  if (inputType(node) === "int32") return builder.emit("Mod", [a!, b!]);
  // ONNX's float remainder has the sign of the dividend, tfjs's that of the divisor.
  const remainder = builder.emit("Mod", [a!, b!], { fmod: { int: 1 } });
  const product = builder.emit("Mul", [remainder, b!]);
  const apart = builder.emit("Less", [product, builder.scalar("float32", 0)]);
  return builder.emit("Where", [apart, builder.emit("Add", [remainder, b!]), remainder]);
}

function floorDivide(builder: ModelBuilder, names: string[]): string {
  const [a, b] = names.map((name) => cast(builder, name, "double"));
  const quotient = builder.emit("Floor", [builder.emit("Div", [a!, b!])]);
  return cast(builder, quotient, "int32");
}

/** e^x - 1 = tanh(x/2)·(e^x + 1), which keeps its digits near 0. */
function expm1(builder: ModelBuilder, [x]: string[]): string {
  const half = builder.emit("Mul", [x!, builder.scalar("float32", 0.5)]);
  const sum = builder.emit("Add", [builder.emit("Exp", [x!]), builder.scalar("float32", 1)]);
  return builder.emit("Mul", [builder.emit("Tanh", [half]), sum]);
}

/** log(1 + x), corrected for what rounding 1 + x loses (Kahan). */
function log1p(builder: ModelBuilder, [x]: string[]): string {
  const one = builder.scalar("float32", 1);
  const sum = builder.emit("Add", [x!, one]);
  const kept = builder.emit("Sub", [sum, one]);
  const ratio = builder.emit("Div", [x!, kept]);
  const corrected = builder.emit("Mul", [builder.emit("Log", [sum]), ratio]);
  return builder.emit("Where", [builder.emit("Equal", [sum, one]), x!, corrected]);
}

function step(builder: ModelBuilder, [x]: string[], node: GraphNode): string {
  const type = inputType(node);
  const positive = builder.emit("Greater", [x!, builder.scalar(type, 0)]);
  const alpha = (node.attributes.alpha as number | undefined) ?? 0;
  return builder.emit("Where", [positive, builder.scalar(type, 1), builder.scalar(type, alpha)]);
}

function clip(builder: ModelBuilder, [x]: string[], node: GraphNode): string {
  const { clipValueMin, clipValueMax } = node.attributes as Record<string, number>;
  const type = inputType(node);
  return builder.emit("Clip", [
    x!,
    builder.scalar(type, clipValueMin!),
    builder.scalar(type, clipValueMax!),
  ]);
}

function finite(builder: ModelBuilder, [x]: string[]): string {
  const unbounded = builder.emit("Or", [builder.emit("IsNaN", [x!]), builder.emit("IsInf", [x!])]);
  return builder.emit("Not", [unbounded]);
}

function addAll(builder: ModelBuilder, names: string[], node: GraphNode): string {
  if (inputType(node) === "float32") return builder.emit("Sum", names);
  return names.reduce((sum, name) => builder.emit("Add", [sum, name]));
}

export const combinations: Readonly<Record<string, Combine>> = {
  // Of one input
  Abs: named("Abs"),
  Acos: named("Acos"),
  Acosh: named("Acosh"),
  Asin: named("Asin"),
  Asinh: named("Asinh"),
  Atan: named("Atan"),
  Atanh: named("Atanh"),
  Cast: (builder, [x], node) => cast(builder, x!, output(node).type),
  Ceil: named("Ceil"),
  ClipByValue: clip,
  Cos: named("Cos"),
  Cosh: named("Cosh"),
  Elu: named("Elu"),
  Erf: named("Erf"),
  Exp: named("Exp"),
  Expm1: expm1,
  Floor: named("Floor"),
  IsFinite: finite,
  IsInf: named("IsInf"),
  IsNan: named("IsNaN"),
  LeakyRelu: (builder, names, node) =>
    builder.emit("LeakyRelu", names, { alpha: { float: node.attributes.alpha as number } }),
  Log: named("Log"),
  Log1p: log1p,
  LogicalNot: named("Not"),
  Neg: named("Neg"),
  Reciprocal: named("Reciprocal"),
  Relu: named("Relu"),
  Relu6: (builder, [x], node) =>
    builder.emit("Clip", [
      x!,
      builder.scalar(inputType(node), 0),
      builder.scalar(inputType(node), 6),
    ]),
  Round: (builder, names, node) =>
    inputType(node) === "int32" ? builder.emit("Identity", names) : builder.emit("Round", names),
  Rsqrt: (builder, names) => builder.emit("Reciprocal", [builder.emit("Sqrt", names)]),
  Selu: named("Selu"),
  Sigmoid: named("Sigmoid"),
  Sign: named("Sign"),
  Sin: named("Sin"),
  Sinh: named("Sinh"),
  Softplus: named("Softplus"),
  Sqrt: named("Sqrt"),
  Square: (builder, [x]) => builder.emit("Mul", [x!, x!]),
  Step: step,
  Tan: named("Tan"),
  Tanh: named("Tanh"),
  // Of several
  Add: named("Add"),
  AddN: addAll,
  Equal: ordered("Equal"),
  FloorDiv: floorDivide,
  Greater: ordered("Greater"),
  GreaterEqual: ordered("GreaterOrEqual"),
  Less: ordered("Less"),
  LessEqual: ordered("LessOrEqual"),
  LogicalAnd: named("And"),
  LogicalOr: named("Or"),
  Maximum: named("Max"),
  Minimum: named("Min"),
  Mod: modulo,
  Multiply: named("Mul"),
  NotEqual: (builder, names, node) => builder.emit("Not", [ordered("Equal")(builder, names, node)]),
  Pow: named("Pow"),
  Prelu: (builder, [x, alpha]) => {
    const negative = builder.emit("Less", [x!, builder.scalar("float32", 0)]);
    return builder.emit("Where", [negative, builder.emit("Mul", [x!, alpha!]), x!]);
  },
  RealDiv: named("Div"),
  Select: where,
  SquaredDifference: (builder, names) => {
    const difference = builder.emit("Sub", names);
    return builder.emit("Mul", [difference, difference]);
  },
  Sub: named("Sub"),
};

export const elementwiseRules: LowerRules = Object.fromEntries(
  Object.entries(combinations).map(([op, combine]) => [op, elementwise(combine)]),
);

/** Ops whose inputs broadcast: a uniform or repeated input need not be spread out for them. */
export const elementwiseOps: ReadonlySet<string> = new Set(Object.keys(combinations));
