import { runKernel } from "../gradients/rule.js";
import { type Tensor, tf } from "../tf.js";
import { hasKernel } from "./fused.js";

/** SiLU (swish), x·sigmoid(x) (Hendrycks & Gimpel, arXiv 1606.08415). */
export function silu(x: Tensor): Tensor {
  return hasKernel("Silu") ? runKernel("Silu", { x }, {}) : tf.mul(x, tf.sigmoid(x));
}

tf.registerGradient({
  kernelName: "Silu",
  inputsToSave: ["x"],
  gradFunc: (dy, [x]) => ({ x: () => runKernel("SiluGrad", { dy: dy as Tensor, x: x! }, {}) }),
});
