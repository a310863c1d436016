import { beforeAll, expect, it } from "vitest";
import { startEngine } from "../engine.js";
import * as nn from "../nn/index.js";
import { createKey } from "../random.js";
import { type Tensor, type Tensor2D, tf } from "../tf.js";
import { countFlops } from "./count-flops.js";

beforeAll(() => startEngine({ engine: "cpu" }));

const float = (...shape: number[]) => ({ type: "float32", shape }) as const;

it("counts matrix products, transposed or batched", () => {
  const inputs = { a: float(3, 5), b: float(7, 5), c: float(2, 4, 6), d: float(2, 6, 3) };
  const program = ({ a, b, c, d }: Record<string, Tensor>) => ({
    plain: tf.matMul(a as Tensor2D, b as Tensor2D, false, true),
    batched: tf.matMul(c!, d!),
  });
  expect(countFlops(program, inputs)).toBe(2 * 3 * 7 * 5 + 2 * 2 * 4 * 3 * 6);
});

it("counts convolutions and what their gradients take, and nothing that is not used", () => {
  const convolution = new nn.Conv2d({ inputs: 3, outputs: 4, kernel: 3, key: createKey(0) });
  const forward = 2 * 2 * 8 * 8 * 4 * 9 * 3;
  expect(
    countFlops(
      ({ x }: { x: Tensor }) => {
        tf.matMul(tf.ones([9, 9]), tf.ones([9, 9]));
        return { y: convolution.call(x) };
      },
      { x: float(2, 8, 8, 3) },
    ),
  ).toBe(forward);
  const withGradients = countFlops(
    ({ x }: { x: Tensor }) => ({
      dx: tf.grad((given: Tensor) => tf.sum(tf.square(convolution.call(given))))(x),
    }),
    { x: float(2, 8, 8, 3) },
  );
  expect(withGradients).toBe(2 * forward); // the forward pass and the input's gradient
  convolution.dispose();
});
