import { createKey, normal, type Tensor2D, tf } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { estimators } from "./estimators.js";
import { normalizeRows } from "./normalize.js";
import { stopGradient, straightThrough } from "./straight-through.js";

const random = (seed: number) => tf.tensor2d(normal(createKey(seed), 12), [3, 4]);
const [latents, codes, dy] = [random(1), random(2), random(3)];
const largest = (x: tf.Tensor) => tf.max(tf.abs(x)).dataSync()[0]!;

/** The gradient that an estimator sends to the latents for dy at its output. */
const gradientOf = (name: keyof typeof estimators) =>
  tf.grad((z) => tf.sum(tf.mul(estimators[name]({ latents: z as Tensor2D, codes }), dy)))(latents);

describe("gradient estimators", () => {
  it.each(Object.keys(estimators) as (keyof typeof estimators)[])("%s outputs the code", (name) => {
    expect(largest(tf.sub(estimators[name]({ latents, codes }), codes))).toBeLessThan(1e-5);
  });

  it("straight-through outputs the code to the last bit and passes the gradient unchanged", () => {
    expect(straightThrough({ latents, codes }).dataSync()).toEqual(codes.dataSync());
    expect(gradientOf("straight-through").dataSync()).toEqual(dy.dataSync());
  });

  it("rotation keeps the angle between gradient and code, and scales by ‖q‖/‖e‖", () => {
    const gradient = gradientOf("rotation") as Tensor2D;
    const lengths = (x: Tensor2D) => tf.sqrt(tf.sum(tf.square(x), 1));
    const scale = tf.div(lengths(codes), lengths(latents));
    expect(largest(tf.sub(lengths(gradient), tf.mul(lengths(dy), scale)))).toBeLessThan(1e-4);
    const cosine = (a: Tensor2D, b: Tensor2D) =>
      tf.sum(tf.mul(normalizeRows(a), normalizeRows(b)), 1);
    expect(largest(tf.sub(cosine(gradient, latents), cosine(dy, codes)))).toBeLessThan(1e-5);
  });

  it("stopGradient leaves nothing to differentiate", () => {
    const f = (x: tf.Tensor) => tf.sum(tf.mul(x, stopGradient(x)));
    expect(tf.grad(f)(latents).dataSync()).toEqual(latents.dataSync());
  });
});

describe("normalizeRows", () => {
  it("keeps a zero row at zero, with a zero gradient", () => {
    const x = tf.tensor2d([
      [0, 0],
      [3, 4],
    ]);
    expect([...normalizeRows(x).dataSync()]).toEqual([
      0,
      0,
      expect.closeTo(0.6),
      expect.closeTo(0.8),
    ]);
    const gradient = tf.grad((y) => tf.sum(tf.square(normalizeRows(y as Tensor2D))))(x);
    expect(largest(gradient)).toBeLessThan(1e-5);
  });
});
