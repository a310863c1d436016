import { createKey, fold, normal } from "../random.js";
import { type Scalar, type Tensor, tf, type Variable } from "../tf.js";

/** Gradients by `tf.variableGrads` against central differences along random directions. */
export interface GradientCheck {
  /** ⟨∇f, direction⟩ */
  readonly analytic: number;
  /** (f(x + ε·direction) - f(x - ε·direction)) / 2ε */
  readonly numeric: number;
}

const EPSILON = 1e-2;

/** One check for each variable, by position. The variables keep their values. */
export function checkGradients(
  loss: () => Scalar,
  variables: readonly Variable[],
): GradientCheck[] {
  const { grads } = tf.variableGrads(loss, [...variables]);
  const value = () => tf.tidy(() => loss().dataSync()[0]!);
  return variables.map((variable, i) => {
    const direction = normal(fold(createKey(99), i), variable.size);
    const start = variable.dataSync<"float32">().slice();
    const at = (step: number) => {
      const moved = start.map((x, j) => x + step * direction[j]!);
      variable.assign(tf.tensor(moved, variable.shape) as never);
      return value();
    };
    const numeric = (at(EPSILON) - at(-EPSILON)) / (2 * EPSILON);
    at(0);
    const gradient = grads[variable.name]!.dataSync<"float32">();
    return { analytic: gradient.reduce((sum, g, j) => sum + g * direction[j]!, 0), numeric };
  });
}

/** A scalar that every value of `x` moves differently: ⟨x, random weights⟩. */
export function weightedSum(x: Tensor, seed = 5): Scalar {
  const weights = tf.tensor(normal(createKey(seed), x.size), x.shape);
  return tf.sum(tf.mul(x, weights));
}

/** Standard normal tensor from a seed. */
export function normalTensor(seed: number, shape: readonly number[]): Tensor {
  const size = shape.reduce((product, side) => product * side, 1);
  return tf.tensor(normal(createKey(seed), size), [...shape]);
}
