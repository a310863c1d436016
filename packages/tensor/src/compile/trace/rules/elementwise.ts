import { tf } from "../../../tf-core.js";
import type { Value, ValueType } from "../../graph.js";
import { type KernelCall, type TraceRule, type TraceRules, take } from "../rule.js";

const unary =
  (op: string, type?: ValueType): TraceRule =>
  (call) => {
    const [x] = take(call, "x") as [Value];
    return call.recorder.add(op, { x }, call.attributes, {
      type: type ?? x.type,
      shape: x.shape,
    });
  };

const binary =
  (op: string, type?: ValueType): TraceRule =>
  (call) => {
    const [a, b] = take(call, "a", "b") as [Value, Value];
    const shape = tf.backend_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);
    return call.recorder.add(op, { a, b }, call.attributes, { type: type ?? a.type, shape });
  };

const table = (names: readonly string[], rule: (name: string) => TraceRule): TraceRules =>
  Object.fromEntries(names.map((name) => [name, rule(name)]));

const like =
  (value: number): TraceRule =>
  (call) => {
    const [x] = take(call, "x") as [Value];
    return call.recorder.fill({ type: x.type, shape: x.shape }, value);
  };

function fill({ attributes, recorder }: KernelCall): Value {
  const { shape, value, dtype } = attributes as {
    shape: number[];
    value: number;
    dtype?: ValueType;
  };
  return recorder.fill({ type: dtype ?? "float32", shape }, value);
}

function select(call: KernelCall): Value {
  const [condition, t, e] = take(call, "condition", "t", "e") as [Value, Value, Value];
  // tfjs allows a condition of rank 1 for tensors of higher rank: it then picks whole rows.
  const missing = t.shape.length - condition.shape.length;
  const aligned =
    condition.shape.length === 1 && missing > 0
      ? call.recorder.reshape(condition, [...condition.shape, ...new Array(missing).fill(1)])
      : condition;
  const type = tf.upcastType(t.type, e.type) as ValueType;
  const inputs = {
    condition: aligned,
    t: call.recorder.cast(t, type),
    e: call.recorder.cast(e, type),
  };
  return call.recorder.add("Select", inputs, {}, { type, shape: t.shape });
}

export const elementwiseRules: TraceRules = {
  ...table(
    [
      "Abs",
      "Acos",
      "Acosh",
      "Asin",
      "Asinh",
      "Atan",
      "Atanh",
      "Ceil",
      "ClipByValue",
      "Cos",
      "Cosh",
      "Elu",
      "Erf",
      "Expm1",
      "Floor",
      "LeakyRelu",
      "Log",
      "Log1p",
      "Neg",
      "Reciprocal",
      "Relu",
      "Relu6",
      "Round",
      "Rsqrt",
      "Selu",
      "Sigmoid",
      "Sign",
      "Sin",
      "Sinh",
      "Softplus",
      "Sqrt",
      "Square",
      "Step",
      "Tan",
      "Tanh",
    ],
    (name) => unary(name),
  ),
  ...table(["IsFinite", "IsInf", "IsNan", "LogicalNot"], (name) => unary(name, "bool")),
  Exp: unary("Exp", "float32"),
  ...table(
    ["Add", "Maximum", "Minimum", "Mod", "Multiply", "Pow", "RealDiv", "SquaredDifference", "Sub"],
    (name) => binary(name),
  ),
  FloorDiv: binary("FloorDiv", "int32"),
  ...table(
    [
      "Equal",
      "Greater",
      "GreaterEqual",
      "Less",
      "LessEqual",
      "LogicalAnd",
      "LogicalOr",
      "NotEqual",
    ],
    (name) => binary(name, "bool"),
  ),
  AddN: ({ inputs, recorder }) => {
    const first = inputs["0"]!;
    return recorder.add("AddN", inputs, {}, { type: first.type, shape: first.shape });
  },
  Prelu: (call) => {
    const [x, alpha] = take(call, "x", "alpha") as [Value, Value];
    return call.recorder.add("Prelu", { x, alpha }, {}, { type: "float32", shape: x.shape });
  },
  Cast: (call) => {
    const [x] = take(call, "x") as [Value];
    return call.recorder.cast(x, call.attributes.dtype as ValueType);
  },
  Identity: (call) => take(call, "x")[0]!,
  ZerosLike: like(0),
  OnesLike: like(1),
  Fill: fill,
  Select: select,
};
