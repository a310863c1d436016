import { type Tensor, tf } from "../tf-core.js";
import { type GradientRule, type GradientTable, unbroadcast } from "./rule.js";

type Partial = (dy: Tensor, a: Tensor, b: Tensor) => Tensor;

/** A rule for y = f(a, b) with broadcasting, from the two partial derivatives before un-broadcasting. */
const broadcasting = (forA: Partial, forB: Partial): GradientRule => ({
  inputs: ["a", "b"],
  gradients: (dy, [a, b]) => ({
    a: () => unbroadcast(forA(dy, a!, b!), a!.shape),
    b: () => unbroadcast(forB(dy, a!, b!), b!.shape),
  }),
});

const share = (wins: Tensor, ties: Tensor) =>
  tf.add(tf.cast(wins, "float32"), tf.mul(tf.cast(ties, "float32"), 0.5));

export const binaryGradients: GradientTable = {
  Add: broadcasting(
    (dy) => dy,
    (dy) => dy,
  ),
  Sub: broadcasting(
    (dy) => dy,
    (dy) => tf.neg(dy),
  ),
  Multiply: broadcasting(
    (dy, _a, b) => tf.mul(dy, tf.cast(b, "float32")),
    (dy, a) => tf.mul(dy, tf.cast(a, "float32")),
  ),
  RealDiv: broadcasting(
    (dy, _a, b) => tf.div(dy, tf.cast(b, "float32")),
    (dy, a, b) => tf.neg(tf.div(tf.mul(dy, a), tf.square(b))),
  ),
  SquaredDifference: broadcasting(
    (dy, a, b) => tf.mul(dy, tf.mul(2, tf.sub(a, b))),
    (dy, a, b) => tf.mul(dy, tf.mul(2, tf.sub(b, a))),
  ),
  // Ties share the gradient, as in PyTorch.
  Maximum: broadcasting(
    (dy, a, b) => tf.mul(dy, share(tf.greater(a, b), tf.equal(a, b))),
    (dy, a, b) => tf.mul(dy, share(tf.less(a, b), tf.equal(a, b))),
  ),
  Minimum: broadcasting(
    (dy, a, b) => tf.mul(dy, share(tf.less(a, b), tf.equal(a, b))),
    (dy, a, b) => tf.mul(dy, share(tf.greater(a, b), tf.equal(a, b))),
  ),
  Mod: broadcasting(
    (dy) => dy,
    (dy, a, b) => tf.neg(tf.mul(dy, tf.floor(tf.div(a, b)))),
  ),
  Atan2: broadcasting(
    (dy, a, b) => tf.mul(dy, tf.div(b, tf.add(tf.square(a), tf.square(b)))),
    (dy, a, b) => tf.neg(tf.mul(dy, tf.div(a, tf.add(tf.square(a), tf.square(b))))),
  ),
  // The exponent's gradient is 0 where the base is not positive.
  Pow: broadcasting(
    (dy, a, b) => tf.mul(dy, tf.mul(b, tf.pow(a, tf.sub(b, 1)))),
    (dy, a, b) => {
      const positive = tf.greater(a, 0);
      const safe = tf.where(positive, a, tf.onesLike(a));
      return tf.mul(dy, tf.mul(tf.pow(a, b), tf.log(safe)));
    },
  ),
  AddN: {
    allInputs: true,
    gradients: (dy, saved) =>
      Object.fromEntries(saved.map((_, index) => [index, () => tf.clone(dy)])),
  },
  Select: {
    inputs: ["condition"],
    gradients: (dy, [condition]) => ({
      condition: () => tf.zeros(condition!.shape),
      t: () => tf.where(condition!, dy, tf.zerosLike(dy)),
      e: () => tf.where(condition!, tf.zerosLike(dy), dy),
    }),
  },
};
