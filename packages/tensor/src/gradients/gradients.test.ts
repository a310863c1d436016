import { beforeAll, describe, expect, it } from "vitest";
import type { Case } from "../compile/conformance/case.js";
import { random } from "../compile/conformance/case.js";
import { elementwiseCases } from "../compile/conformance/elementwise.js";
import { gatherCases } from "../compile/conformance/gather.js";
import { layerCases } from "../compile/conformance/layers.js";
import { linearCases } from "../compile/conformance/linear.js";
import { reductionCases } from "../compile/conformance/reduction.js";
import { resizeCases } from "../compile/conformance/resize.js";
import { shapeCases } from "../compile/conformance/shape.js";
import { startEngine } from "../engine.js";
import { toTensor } from "../host-tensor.js";
import { type Tensor, tf } from "../tf.js";

beforeAll(() => startEngine({ engine: "cpu" }));

const cases = [
  ...elementwiseCases,
  ...reductionCases,
  ...shapeCases,
  ...gatherCases,
  ...linearCases,
  ...resizeCases,
  ...layerCases,
].filter(
  ({ gradients, name }) =>
    // Where several elements tie, the slope is not the same on both sides.
    gradients?.length && !name.includes("ties"),
);

/** Σ weight · output in float64, so that a difference of two keeps its digits. */
function weightedSum(output: Tensor): number {
  const values = Array.from(output.dataSync());
  return values.reduce((sum, value, i) => sum + value * (Math.cos(i) + 0.3), 0);
}

/** The slope along a direction, by central differences and by the gradient. */
function slopes({ program, inputs, gradients = [] }: Case): { measured: number; computed: number } {
  const step = 2e-3;
  const given = Object.fromEntries(
    Object.entries(inputs).map(([name, host]) => [name, toTensor(host)]),
  );
  const directions = gradients.map((name) => toTensor(random(`d${name}`, inputs[name]!.shape)));
  const at = (distance: number) => {
    const moved = gradients.map((name, i) => [
      name,
      tf.add(given[name]!, tf.mul(directions[i]!, distance)),
    ]);
    return weightedSum(program({ ...given, ...Object.fromEntries(moved) }) as Tensor);
  };
  const loss = (...chosen: Tensor[]) => {
    const replaced = Object.fromEntries(gradients.map((name, i) => [name, chosen[i]!]));
    const output = program({ ...given, ...replaced }) as Tensor;
    const weights = Float32Array.from({ length: output.size }, (_, i) => Math.cos(i) + 0.3);
    return tf.sum(tf.mul(output, tf.tensor(weights, output.shape)));
  };
  const found = tf.grads(loss as (...args: Tensor[]) => Tensor)(
    gradients.map((name) => given[name]!),
  );
  const computed = found.reduce(
    (sum, gradient, i) => sum + tf.sum(tf.mul(gradient, directions[i]!)).dataSync()[0]!,
    0,
  );
  return { measured: (at(step) - at(-step)) / (2 * step), computed };
}

describe("gradients agree with finite differences", () => {
  it.each(cases.map((tried) => [tried.name, tried] as const))("%s", (_name, tried) => {
    const { measured, computed } = tf.tidy(() => slopes(tried) as never) as ReturnType<
      typeof slopes
    >;
    expect(Math.abs(measured - computed)).toBeLessThan(0.02 * Math.max(1, Math.abs(measured)));
  });
});

describe("gradients of gradients", () => {
  const second = (f: (x: Tensor) => Tensor, x: Tensor) =>
    tf.grad((inner: Tensor) => tf.square(tf.grad(f)(inner)))(x);
  const sigmoid = (x: Tensor) => tf.reciprocal(tf.add(1, tf.exp(tf.neg(x))));
  const weights = tf.tensor1d([0.5, -1, 2]);

  // tfjs would lose what flows through a saved output; each is held against the same function of others.
  it.each<[string, (x: Tensor) => Tensor, (x: Tensor) => Tensor]>([
    ["exp", tf.exp, (x) => tf.pow(Math.E, x)],
    ["sqrt", tf.sqrt, (x) => tf.pow(x, 0.5)],
    ["rsqrt", tf.rsqrt, (x) => tf.pow(x, -0.5)],
    ["sigmoid", tf.sigmoid, (x) => tf.div(1, tf.add(1, tf.pow(Math.E, tf.neg(x))))],
    ["tanh", tf.tanh, (x) => tf.sub(tf.mul(2, sigmoid(tf.mul(2, x))), 1)],
    [
      "softmax",
      (x) => tf.mul(weights, tf.softmax(x)),
      (x) => tf.mul(weights, tf.div(tf.exp(x), tf.sum(tf.exp(x)))),
    ],
  ])("%s", (_, f, composed) => {
    const x = tf.tensor1d([0.3, 0.8, 1.5]);
    const [actual, expected] = [second(f, x).dataSync(), second(composed, x).dataSync()];
    for (const [i, value] of expected.entries()) {
      expect(Math.abs(value)).toBeGreaterThan(1e-3);
      expect(actual[i]).toBeCloseTo(value, 4);
    }
  });
});
