import { type Tensor, tf } from "../tf-core.js";
import type { Attributes, GradientTable } from "./rule.js";

type Derivative = (dy: Tensor, value: Tensor, attributes: Attributes) => Tensor;

/** dL/dx from dL/dy and x. */
const fromInput: Record<string, Derivative> = {
  Abs: (dy, x) => tf.mul(dy, tf.sign(x)),
  Atan: (dy, x) => tf.div(dy, tf.add(1, tf.square(x))),
  ClipByValue: (dy, x, { clipValueMin, clipValueMax }) => {
    const inside = tf.logicalAnd(
      tf.greaterEqual(x, clipValueMin as number),
      tf.lessEqual(x, clipValueMax as number),
    );
    return tf.where(inside, dy, tf.zerosLike(dy));
  },
  Cos: (dy, x) => tf.neg(tf.mul(dy, tf.sin(x))),
  Erf: (dy, x) => tf.mul(dy, tf.mul(2 / Math.sqrt(Math.PI), tf.exp(tf.neg(tf.square(x))))),
  Expm1: (dy, x) => tf.mul(dy, tf.exp(x)),
  LeakyRelu: (dy, x, { alpha }) => tf.where(tf.greater(x, 0), dy, tf.mul(dy, alpha as number)),
  Log: (dy, x) => tf.div(dy, x),
  Log1p: (dy, x) => tf.div(dy, tf.add(x, 1)),
  Neg: (dy) => tf.neg(dy),
  Reciprocal: (dy, x) => tf.neg(tf.div(dy, tf.square(x))),
  Relu: (dy, x) => tf.where(tf.greater(x, 0), dy, tf.zerosLike(dy)),
  Relu6: (dy, x) => tf.where(tf.logicalAnd(tf.greater(x, 0), tf.less(x, 6)), dy, tf.zerosLike(dy)),
  Sin: (dy, x) => tf.mul(dy, tf.cos(x)),
  Softplus: (dy, x) => tf.mul(dy, tf.sigmoid(x)),
  Square: (dy, x) => tf.mul(dy, tf.mul(x, 2)),
};

/** dL/dx from dL/dy and y. */
const fromOutput: Record<string, Derivative> = {
  Elu: (dy, y) => tf.mul(dy, tf.add(tf.minimum(y, 0), 1)),
  Exp: (dy, y) => tf.mul(dy, y),
  Rsqrt: (dy, y) => tf.mul(dy, tf.mul(-0.5, tf.mul(y, tf.square(y)))),
  Sigmoid: (dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y))),
  Sqrt: (dy, y) => tf.div(tf.mul(dy, 0.5), y),
  Tanh: (dy, y) => tf.mul(dy, tf.sub(1, tf.square(y))),
};

const table = (rules: Record<string, Derivative>, save: object): GradientTable =>
  Object.fromEntries(
    Object.entries(rules).map(([kernel, derivative]) => [
      kernel,
      {
        ...save,
        gradients: (dy: Tensor, saved: Tensor[], attributes: Attributes) => ({
          x: () => derivative(dy, saved.at(-1)!, attributes),
        }),
      },
    ]),
  );

export const unaryGradients: GradientTable = {
  ...table(fromInput, { inputs: ["x"] }),
  ...table(fromOutput, { inputs: ["x"], output: true }),
  Cast: { gradients: (dy) => ({ x: () => tf.clone(dy) }) },
  Identity: { gradients: (dy) => ({ x: () => tf.cast(dy, "float32") }) },
};
