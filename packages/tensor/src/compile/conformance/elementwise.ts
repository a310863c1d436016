import { type Tensor, tf } from "../../tf.js";
import { booleans, type Case, each, given, integers, random } from "./case.js";

type Unary = (x: Tensor) => Tensor;

/** Functions of one float, with the interval that they are tried on. */
const smooth: Readonly<Record<string, readonly [Unary, number?, number?]>> = {
  abs: [tf.abs],
  acos: [tf.acos, -0.9, 0.9],
  acosh: [tf.acosh, 1.1, 3],
  asin: [tf.asin, -0.9, 0.9],
  asinh: [tf.asinh],
  atan: [tf.atan],
  atanh: [tf.atanh, -0.9, 0.9],
  clipByValue: [(x) => tf.clipByValue(x, -0.5, 1)],
  cos: [tf.cos],
  cosh: [tf.cosh],
  elu: [tf.elu],
  erf: [tf.erf],
  exp: [tf.exp],
  expm1: [tf.expm1],
  leakyRelu: [(x) => tf.leakyRelu(x, 0.2)],
  log: [tf.log, 0.1, 3],
  log1p: [tf.log1p, -0.9, 3],
  neg: [tf.neg],
  reciprocal: [tf.reciprocal, 0.2, 2],
  relu: [tf.relu],
  relu6: [(x) => tf.relu6(tf.mul(x, 5))],
  rsqrt: [tf.rsqrt, 0.1, 3],
  selu: [tf.selu],
  sigmoid: [tf.sigmoid],
  sin: [tf.sin],
  sinh: [tf.sinh],
  softplus: [tf.softplus, -8, 8],
  sqrt: [tf.sqrt, 0.1, 3],
  square: [tf.square],
  tan: [tf.tan, -1, 1],
  tanh: [tf.tanh],
};

/** tfjs differentiates these nowhere or not here. */
const withoutGradient = new Set([
  ...["acos", "acosh", "asin", "asinh", "atanh", "cosh", "selu", "sinh", "tan"],
]);

const stepwise: Readonly<Record<string, Unary>> = {
  ceil: tf.ceil,
  floor: tf.floor,
  round: tf.round,
  sign: tf.sign,
  step: (x) => tf.step(x, 0.25),
  isNaN: tf.isNaN,
  isInf: tf.isInf,
  isFinite: tf.isFinite,
  toInt: (x) => tf.cast(x, "int32"),
  toBool: (x) => tf.cast(x, "bool"),
  zerosLike: tf.zerosLike,
  onesLike: tf.onesLike,
};

const special = given([-2.5, -1.5, -0.5, -0, 0, 0.5, 1.5, 2.5, 1e-8, -3.99, 7.2, 1e9]);
const extreme = given([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 3]);

type Binary = (a: Tensor, b: Tensor) => Tensor;

const arithmetic: Readonly<Record<string, Binary>> = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  div: tf.div,
  maximum: tf.maximum,
  minimum: tf.minimum,
  squaredDifference: tf.squaredDifference,
};

const comparisons: Readonly<Record<string, Binary>> = {
  equal: tf.equal,
  notEqual: tf.notEqual,
  greater: tf.greater,
  greaterEqual: tf.greaterEqual,
  less: tf.less,
  lessEqual: tf.lessEqual,
};

const logic: Readonly<Record<string, Binary>> = {
  and: tf.logicalAnd,
  or: tf.logicalOr,
  xor: tf.logicalXor,
};

const shapePairs: readonly (readonly [number[], number[]])[] = [
  [
    [2, 3],
    [2, 3],
  ],
  [[2, 3], []],
  [[], [2, 3]],
  [[2, 3], [3]],
  [
    [2, 1, 4],
    [3, 1],
  ],
  [[2, 3, 2, 4], [4]],
  [
    [2, 1, 1, 4],
    [1, 3, 2, 1],
  ],
];

const entries = Object.entries;
const text = (shapes: readonly number[][]) => shapes.map((shape) => `[${shape}]`).join(" ");

export const elementwiseCases: readonly Case[] = [
  ...each(entries(smooth), [[], [5], [2, 3, 2]], ([name, [f, low, high]], shape) => [
    {
      name: `${name} [${shape}]`,
      inputs: {
        x: random(name, shape, {
          ...(low === undefined ? {} : { low }),
          ...(high === undefined ? {} : { high }),
        }),
      },
      program: ({ x }) => f(x!),
      ...(withoutGradient.has(name) ? {} : { gradients: ["x"] }),
    },
  ]),
  ...each(entries(stepwise), [special], ([name, f], x) => [
    { name, inputs: { x }, program: ({ x }) => f(x!) },
  ]),
  ...["isNaN", "isInf", "isFinite"].map((name) => ({
    name: `${name} of what is not a number`,
    inputs: { x: extreme },
    program: ({ x }: Record<string, Tensor>) => stepwise[name]!(x!),
  })),
  ...["round", "sign"].map((name) => ({
    name: `${name} of integers`,
    inputs: { x: integers(name, [6], { low: -4, high: 5 }) },
    program: ({ x }: Record<string, Tensor>) => stepwise[name]!(x!),
  })),
  ...each(entries(arithmetic), shapePairs, ([name, f], [a, b]) => [
    {
      name: `${name} ${text([a, b])}`,
      inputs: { a: random(`${name}a`, a), b: random(`${name}b`, b, { low: 0.5 }) },
      program: ({ a, b }) => f(a!, b!),
      gradients: ["a", "b"],
    },
  ]),
  ...each(
    entries({ ...arithmetic, mod: tf.mod, floorDiv: tf.floorDiv }),
    shapePairs,
    ([n, f], s) => [
      {
        name: `${n} of integers ${text([...s])}`,
        inputs: {
          a: integers(`${n}a`, s[0], { low: -9, high: 9 }),
          b: integers(`${n}b`, s[1], { low: 1, high: 5 }),
        },
        program: ({ a, b }) => f(a!, b!),
      },
    ],
  ),
  ...shapePairs.flatMap(([a, b]): Case[] => [
    {
      name: `mod ${text([a, b])}`,
      inputs: { a: random("moda", a, { low: -6, high: 6 }), b: random("modb", b, { low: 1 }) },
      program: ({ a, b }) => tf.mod(a!, b!),
      gradients: ["a", "b"],
    },
    {
      name: `mod of a negative ${text([a, b])}`,
      inputs: { a: random("moda", a, { low: -6, high: 6 }), b: random("n", b, { high: -1 }) },
      program: ({ a, b }) => tf.mod(a!, b!),
    },
    {
      name: `pow ${text([a, b])}`,
      inputs: { a: random("powa", a, { low: 0.2 }), b: random("powb", b) },
      program: ({ a, b }) => tf.pow(a!, b!),
      gradients: ["a", "b"],
    },
  ]),
  ...[0.5, 1, 2, 3].map((exponent) => ({
    name: `pow ${exponent}`,
    inputs: { x: random("pow", [2, 3], { low: 0.1 }) },
    program: ({ x }: Record<string, Tensor>) => tf.pow(x!, exponent),
    gradients: ["x"],
  })),
  ...each(entries(comparisons), shapePairs, ([name, f], [a, b]) => [
    {
      name: `${name} ${text([a, b])}`,
      inputs: { a: integers(`${name}a`, a, { high: 3 }), b: integers(`${name}b`, b, { high: 3 }) },
      program: ({ a, b }) => ({
        ofIntegers: f(a!, b!),
        ofFloats: f(tf.cast(a!, "float32"), tf.cast(b!, "float32")),
      }),
    },
  ]),
  ...each(entries(logic), shapePairs, ([name, f], [a, b]) => [
    {
      name: `${name} ${text([a, b])}`,
      inputs: { a: booleans(`${name}a`, a), b: booleans(`${name}b`, b) },
      program: ({ a, b }) => f(a!, b!),
    },
  ]),
  {
    name: "not, and bools as numbers",
    inputs: { x: booleans("not", [7]) },
    program: ({ x }) => ({
      not: tf.logicalNot(x!),
      float: tf.cast(x!, "float32"),
      int: tf.cast(x!, "int32"),
    }),
  },
  ...[
    [2, 3],
    [2, 1, 3, 1],
  ].map((shape) => ({
    name: `where [${shape}]`,
    inputs: { c: booleans("c", [2, 1, 3]), t: random("t", [2, 4, 3]), e: random("e", [3]) },
    program: ({ c, t, e }: Record<string, Tensor>) => tf.where(c!, t!, e!),
    gradients: ["t", "e"],
  })),
  {
    name: "where of integers and of bools",
    inputs: { c: booleans("c2", [5]), t: integers("t2", [5]), b: booleans("b2", [5]) },
    program: ({ c, t, b }) => ({
      integers: tf.where(c!, t!, tf.zerosLike(t!)),
      bools: tf.where(c!, b!, tf.logicalNot(b!)),
    }),
  },
  {
    name: "addN",
    inputs: { a: random("n1", [2, 3]), b: random("n2", [2, 3]), c: random("n3", [2, 3]) },
    program: ({ a, b, c }) => tf.addN([a!, b!, c!]),
    gradients: ["a", "b", "c"],
  },
  {
    name: "addN of integers",
    inputs: { a: integers("n1", [2, 3]), b: integers("n2", [2, 3]) },
    program: ({ a, b }) => tf.addN([a!, b!, a!]),
  },
  {
    name: "prelu",
    inputs: { x: random("prelu", [2, 3]), alpha: random("alpha", [3]) },
    program: ({ x, alpha }) => tf.prelu(x!, alpha!),
  },
  {
    name: "silu and gelu by hand",
    inputs: { x: random("silu", [2, 3], { low: -5, high: 5 }) },
    program: ({ x }) => tf.mul(tf.mul(x!, tf.sigmoid(x!)), tf.add(1, tf.erf(tf.mul(x!, 0.7)))),
    gradients: ["x"],
  },
];
