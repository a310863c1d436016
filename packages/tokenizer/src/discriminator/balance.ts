import { stopGradient } from "@fqgan/quantizer";
import { type Scalar, tf, type Variable } from "@fqgan/tensor";

/** How much the adversarial loss counts beside the losses that compare an image with its reconstruction. */
export type Balance = (options: {
  faithful: Scalar;
  adversarial: Scalar;
  lastKernel: Variable;
}) => Scalar | number;

/**
 * ‖∂faithful/∂W‖ / (‖∂adversarial/∂W‖ + 10⁻⁴) at most 10⁴, W the decoder's last kernel (VQGAN, arXiv
 * 2012.09841, equation 7). Both losses must have been computed inside the function whose gradients are
 * taken: only the part between them and W is gone through once more.
 */
const adaptive: Balance = ({ faithful, adversarial, lastKernel }) => {
  const norm = (loss: Scalar) => {
    const { grads } = tf.variableGrads(() => loss, [lastKernel]);
    return tf.norm(grads[lastKernel.name]!);
  };
  const ratio = tf.div(norm(faithful), tf.add(norm(adversarial), 1e-4));
  return stopGradient(tf.clipByValue(ratio, 0, 1e4) as Scalar);
};

/** How the adversarial loss is weighed, by name. */
export const balances = { fixed: () => 1, adaptive } as const satisfies Record<string, Balance>;
