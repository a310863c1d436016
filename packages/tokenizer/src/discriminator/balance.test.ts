import { type Scalar, tf, type Variable } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { balances } from "./balance.js";

describe("the adaptive balance", () => {
  const kernel = tf.variable(tf.tensor1d([3, -2])) as unknown as Variable;
  const before = tf.variable(tf.scalar(2)) as unknown as Variable;
  const faithful = () => tf.sum(tf.square(tf.mul(kernel, before))) as Scalar;
  const adversarial = () => tf.mul(-0.25, tf.sum(tf.mul(kernel, before))) as Scalar;

  it("is the ratio of the gradients' norms, a constant to the gradient around it", () => {
    const { value, grads } = tf.variableGrads(() => {
      const losses = { faithful: faithful(), adversarial: adversarial() };
      const balance = balances.adaptive({ ...losses, lastKernel: kernel });
      return tf.add(losses.faithful, tf.mul(losses.adversarial, balance)) as Scalar;
    }, [kernel, before]);
    // ∂faithful = 2·k·b² = (24, -16), ∂adversarial = -0.25·b = (-0.5, -0.5)
    const ratio = Math.hypot(24, 16) / (Math.hypot(0.5, 0.5) + 1e-4);
    expect(value.dataSync()[0]).toBeCloseTo(52 - 0.5 * ratio, 3);
    const kernelGradient = [...grads[kernel.name]!.dataSync()];
    expect(kernelGradient[0]).toBeCloseTo(24 - 0.5 * ratio, 3);
    expect(kernelGradient[1]).toBeCloseTo(-16 - 0.5 * ratio, 3);
    // 2·b·Σk² - 0.25·Σk·ratio
    expect(grads[before.name]!.dataSync()[0]).toBeCloseTo(52 - 0.25 * ratio, 3);
  });

  it("stays finite where the adversarial loss has no gradient", () => {
    const { value } = tf.variableGrads(() => {
      const flat = tf.mul(0, tf.sum(kernel)) as Scalar;
      const balance = balances.adaptive({
        faithful: faithful(),
        adversarial: flat,
        lastKernel: kernel,
      });
      return tf.add(tf.mul(0, tf.sum(kernel)), balance) as Scalar;
    }, [kernel]);
    expect(value.dataSync()[0]).toBe(1e4);
  });
});
