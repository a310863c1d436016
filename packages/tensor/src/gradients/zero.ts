import { tf } from "../tf-core.js";
import type { GradientTable } from "./rule.js";

/**
 * Kernels that are constant almost everywhere, by the names of their inputs. tfjs asks for a gradient
 * of everything between the loss and the variables, comparisons and argmin included.
 */
const piecewiseConstant: Record<string, readonly string[]> = {
  Ceil: ["x"],
  Floor: ["x"],
  Round: ["x"],
  Sign: ["x"],
  Step: ["x"],
  ZerosLike: ["x"],
  OnesLike: ["x"],
  IsNan: ["x"],
  IsInf: ["x"],
  IsFinite: ["x"],
  ArgMin: ["x"],
  ArgMax: ["x"],
  Any: ["x"],
  All: ["x"],
  OneHot: ["indices"],
  FloorDiv: ["a", "b"],
  Greater: ["a", "b"],
  GreaterEqual: ["a", "b"],
  Less: ["a", "b"],
  LessEqual: ["a", "b"],
  Equal: ["a", "b"],
  NotEqual: ["a", "b"],
  LogicalAnd: ["a", "b"],
  LogicalOr: ["a", "b"],
  LogicalNot: ["x"],
};

export const zeroGradients: GradientTable = Object.fromEntries(
  Object.entries(piecewiseConstant).map(([kernel, inputs]) => [
    kernel,
    {
      inputs,
      gradients: (_dy, saved) =>
        Object.fromEntries(
          inputs.map((name, index) => [name, () => tf.zeros(saved[index]!.shape)]),
        ),
    },
  ]),
);
