import { type Tensor, tf } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { adversarialObjectives } from "./adversarial.js";
import { batchPsnr, reconstructionLoss } from "./reconstruction.js";
import { representationLoss } from "./representation.js";

const value = (x: Tensor) => x.dataSync()[0]!;

describe("reconstruction", () => {
  const images = tf.zeros([2, 2, 2, 1]);
  const reconstruction = tf.fill([2, 2, 2, 1], -0.5);

  it("is the weighted mean of absolute and squared differences", () => {
    expect(value(reconstructionLoss(images, reconstruction, { l1: 0, l2: 1 }))).toBeCloseTo(0.25);
    expect(value(reconstructionLoss(images, reconstruction, { l1: 2, l2: 1 }))).toBeCloseTo(1.25);
  });

  it("has a PSNR for a range of 2, after clipping, averaged over images", () => {
    expect(value(batchPsnr(images, reconstruction))).toBeCloseTo(10 * Math.log10(4 / 0.25), 4);
    const far = tf.concat([tf.fill([1, 2, 2, 1], 7), tf.fill([1, 2, 2, 1], 0.5)]);
    const expected = (10 * Math.log10(4) + 10 * Math.log10(16)) / 2;
    expect(value(batchPsnr(images, far))).toBeCloseTo(expected, 4);
    expect(value(batchPsnr(images, images))).toBeCloseTo(100, 3);
  });
});

describe("representation", () => {
  it("reaches its lower bound when each is its own and opposite to the other", () => {
    const features = tf.tensor2d([3, 0, -0.1, 0], [2, 2]);
    expect(value(representationLoss(features, features))).toBeCloseTo(
      Math.log(1 + Math.exp(-2)),
      5,
    );
  });

  it("is log B when nothing is told apart", () => {
    const same = tf.ones([4, 3]);
    expect(value(representationLoss(same, same))).toBeCloseTo(Math.log(4), 5);
  });

  it("compares predictions (rows) with the batch's targets", () => {
    const predicted = tf.tensor2d([1, 0, 1, 0], [2, 2]);
    const target = tf.tensor2d([1, 0, 0, 1], [2, 2]);
    const [own, other] = [Math.log(1 + Math.exp(-1)), Math.log(1 + Math.exp(1))];
    expect(value(representationLoss(predicted, target))).toBeCloseTo((own + other) / 2, 5);
  });
});

describe("adversarial objectives", () => {
  const real = tf.tensor1d([2, 0.5]);
  const fake = tf.tensor1d([-3, 0]);
  const softplus = (x: number) => Math.log(1 + Math.exp(x));

  it.each<[string, number, number]>([
    ["hinge", 1.5, 0.5 * (0.25 + 0.5)],
    ["vanilla", 1.5, 0.25 * (softplus(-2) + softplus(-0.5) + softplus(-3) + softplus(0))],
    [
      "non-saturating",
      (softplus(3) + softplus(0)) / 2,
      0.25 * (softplus(-2) + softplus(-0.5) + softplus(-3) + softplus(0)),
    ],
    // Labels -3 and 0, 2 and 0.5 for constant logits 1, 1 and 0.
    [
      "non-saturating-swapped",
      1 + 1.5 + softplus(-1),
      0.5 * (1 - 1.25 + softplus(-1) + Math.log(2)),
    ],
  ])("%s", (name, generator, discriminator) => {
    const objective = adversarialObjectives.get(name);
    expect(value(objective.generator(fake))).toBeCloseTo(generator, 5);
    expect(value(objective.discriminator(real, fake))).toBeCloseTo(discriminator, 5);
  });
});
