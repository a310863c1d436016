import { type GraphNode, sameShape, type ValueType } from "../../graph.js";
import type { ModelBuilder } from "../builder.js";
import { arranged } from "../layout.js";
import { commonLayout } from "../plain/arrange.js";
import { type Combine, elementwise } from "../plain/elementwise.js";
import { type LowerRule, type LowerRules, output } from "../rule.js";

const inputType = (node: GraphNode): ValueType => Object.values(node.inputs)[0]!.type;

const addAll: Combine = (builder, names) =>
  names.reduce((sum, name) => builder.emit("Add", [sum, name]));

const not = (builder: ModelBuilder, name: string) => builder.emit("Not", [name]);

const or: Combine = (builder, names) =>
  not(
    builder,
    builder.emit(
      "And",
      names.map((name) => not(builder, name)),
    ),
  );

/** a - b·⌊a / b⌋ has the sign of the divisor, as tfjs's remainder. Integers are divided towards 0. */
const modulo: Combine = (builder, [a, b], node) => {
  const floats = inputType(node) === "float32";
  const quotient = builder.emit("Div", [a!, b!]);
  const whole = floats ? builder.emit("Floor", [quotient]) : quotient;
  const rest = builder.emit("Sub", [a!, builder.emit("Mul", [whole, b!])]);
  if (floats) return rest;
  const product = builder.emit("Mul", [rest, b!]);
  const apart = builder.emit("Less", [product, builder.scalar("int32", 0)]);
  return builder.emit("Where", [apart, builder.emit("Add", [rest, b!]), rest]);
};

/** (a - a mod b) / b of integers */
const floorDivide: Combine = (builder, names, node) => {
  const [a, b] = names;
  return builder.emit("Div", [builder.emit("Sub", [a!, modulo(builder, names, node)]), b!]);
};

/** To the nearest integer, halves to the even one. */
const round: Combine = (builder, [x], node) => {
  if (inputType(node) === "int32") return x!;
  const number = (value: number) => builder.scalar("float32", value);
  const floor = builder.emit("Floor", [x!]);
  const rest = builder.emit("Sub", [x!, floor]);
  const pairs = builder.emit("Floor", [builder.emit("Mul", [floor, number(0.5)])]);
  const odd = builder.emit("Sub", [floor, builder.emit("Mul", [pairs, number(2)])]);
  const isHalf = builder.emit("Equal", [rest, number(0.5)]);
  const atHalf = builder.emit("Where", [isHalf, odd, number(0)]);
  const isMore = builder.emit("Greater", [rest, number(0.5)]);
  return builder.emit("Add", [floor, builder.emit("Where", [isMore, number(1), atHalf])]);
};

/** Klambauer et al., arXiv 1706.02515 */
const selu: Combine = (builder, [x]) => {
  const [alpha, scale] = [1.6732632423543772, 1.0507009873554805];
  const inner = builder.emit("Elu", [x!], { alpha: { float: alpha } });
  return builder.emit("Mul", [inner, builder.scalar("float32", scale)]);
};

const sign: Combine = (builder, [x], node) => {
  const number = (value: number) => builder.scalar(inputType(node), value);
  const isBelow = builder.emit("Less", [x!, number(0)]);
  const isAbove = builder.emit("Greater", [x!, number(0)]);
  const below = builder.emit("Where", [isBelow, number(-1), number(0)]);
  return builder.emit("Where", [isAbove, number(1), below]);
};

const combinations: Readonly<Record<string, Combine>> = {
  AddN: addAll,
  FloorDiv: floorDivide,
  LogicalOr: or,
  Mod: modulo,
  Round: round,
  Selu: selu,
  Sign: sign,
};

/** The provider fails to broadcast powers, so what is to be repeated is. */
const power: LowerRule = (node, { builder, arrays }) => {
  const layout = commonLayout(node, arrays);
  const shape = arranged(output(node).shape, layout);
  const names = Object.values(node.inputs).map((value) => {
    const name = arrays.getBroadcast(value, layout);
    const whole = value.shape.length === 0 || sameShape(value.shape, output(node).shape);
    return whole ? name : builder.emit("Expand", [name, builder.ints(shape)]);
  });
  arrays.set(output(node), builder.emit("Pow", names), layout);
};

export const webgpuElementwiseRules: LowerRules = {
  ...Object.fromEntries(
    Object.entries(combinations).map(([op, combine]) => [op, elementwise(combine)]),
  ),
  Pow: power,
};
