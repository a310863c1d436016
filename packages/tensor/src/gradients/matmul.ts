import { type Tensor, tf } from "../tf-core.js";
import { type GradientTable, unbroadcast } from "./rule.js";

export const matmulGradients: GradientTable = {
  BatchMatMul: {
    inputs: ["a", "b"],
    gradients: (dy, saved, { transposeA, transposeB }) => {
      const [a, b] = saved as [Tensor, Tensor];
      const flipA = transposeA as boolean;
      const flipB = transposeB as boolean;
      return {
        // C = A·B: dA = dC·Bᵀ, or its transpose B·dCᵀ where A entered transposed.
        a: () =>
          unbroadcast(
            flipA ? tf.matMul(b, dy, flipB, true) : tf.matMul(dy, b, false, !flipB),
            a.shape,
          ),
        b: () =>
          unbroadcast(
            flipB ? tf.matMul(dy, a, true, flipA) : tf.matMul(a, dy, !flipA, false),
            b.shape,
          ),
      };
    },
  },
};
