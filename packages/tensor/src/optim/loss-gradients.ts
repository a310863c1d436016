import { type Scalar, type Tensor, tf, type Variable } from "../tf.js";

/** Losses by name; `loss` is the one that is differentiated, the others are reported. */
export type Losses = { readonly loss: Tensor } & Readonly<Record<string, Tensor>>;

/**
 * The gradients of `losses().loss`, with every other value that `losses` returns, which
 * `tf.variableGrads` would throw away. Gradients are keyed by `variable.name`.
 */
export function lossGradients<L extends Losses>(
  losses: () => L,
  variables: readonly Variable[],
): { losses: L; grads: Record<string, Tensor> } {
  let kept: Record<string, Tensor> = {};
  const { value, grads } = tf.variableGrads(() => {
    const { loss, ...others } = losses();
    for (const tensor of Object.values(others)) tf.keep(tensor);
    kept = others;
    return loss as Scalar;
  }, [...variables]);
  // Back into the care of the caller's scope.
  const released = Object.entries(kept).map(([name, tensor]) => {
    const clone = tf.clone(tensor);
    tensor.dispose();
    return [name, clone];
  });
  return { losses: { ...Object.fromEntries(released), loss: value }, grads };
}
