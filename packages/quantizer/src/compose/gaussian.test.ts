import { createKey, normal, RandomStream, type Tensor2D, tf } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { createComposition } from "./registry.js";

const key = createKey(2);
const gaussian = createComposition({ name: "gaussian", dimensions: 3, weight: 2 }, key);
const value = (x: tf.Tensor) => x.dataSync()[0]!;

describe("gaussian", () => {
  it("gives the mean at evaluation and samples around it in training", () => {
    const rows = 4000;
    const means = tf.tile(tf.tensor2d([[1, -2, 0]]), [rows, 1]);
    const latent = tf.concat([means, tf.fill([rows, 3], Math.log(0.25))], 1) as Tensor2D;
    const { outputs, losses } = gaussian.quantize({ latent }, { training: false });
    expect(outputs.latent!.dataSync()).toEqual(means.dataSync());
    expect(losses).toEqual({});
    const random = new RandomStream(key);
    const sampled = gaussian.quantize({ latent }, { training: true, random }).outputs.latent!;
    const { mean, variance } = tf.moments(sampled, 0);
    for (const [i, expected] of [1, -2, 0].entries()) {
      expect(mean.dataSync()[i]).toBeCloseTo(expected, 1);
      expect(variance.dataSync()[i]).toBeCloseTo(0.25, 1);
    }
  });

  it("has the divergence from N(0, 1) as its loss", () => {
    const random = new RandomStream(key);
    const klOf = (latent: Tensor2D) =>
      value(gaussian.quantize({ latent }, { training: true, random }).losses.kl!);
    expect(klOf(tf.zeros([5, 6]) as Tensor2D)).toBeCloseTo(0, 6);
    const [mean, logVariance] = [1.5, 0.7];
    const row = [mean, 0, 0, logVariance, 0, 0];
    const expected = 0.5 * (mean ** 2 + Math.exp(logVariance) - logVariance - 1);
    expect(klOf(tf.tensor2d([row, row]))).toBeCloseTo(2 * expected, 5);
  });

  it("has no codes, and says so", () => {
    expect(gaussian.codebooks).toEqual({});
    expect(() => gaussian.lookup({})).toThrow("no indices to look up");
    const latent = tf.tensor2d(normal(key, 8), [2, 4]) as Tensor2D;
    expect(() => gaussian.quantize({ latent }, { training: false })).toThrow(
      "gaussian: expected latents [N, 6]",
    );
    const right = tf.zeros([2, 6]) as Tensor2D;
    expect(() => gaussian.quantize({ latent: right }, { training: true })).toThrow("random stream");
  });
});
