import { createKey, type Tensor, tf, toTensor } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { tinyImages } from "../testing/tiny.js";
import { BatchNorm } from "./batch-norm.js";
import { PatchDiscriminator } from "./patch.js";

describe("PatchGAN", () => {
  it("gives a logit for every patch", () => {
    const options = { channels: 4, layers: 1 };
    const judge = new PatchDiscriminator(options, { imageChannels: 3, key: createKey(1) });
    expect(judge.call(toTensor(tinyImages(2)), { training: true }).shape).toEqual([2, 2, 2, 1]);
  });
});

describe("BatchNorm", () => {
  const x = tf.tensor4d([1, 3, 5, 7], [2, 1, 2, 1]);
  const values = (tensor: Tensor) => [...tensor.dataSync()];

  it("normalises by the batch in training, and follows its statistics", () => {
    const norm = new BatchNorm({ channels: 1, key: createKey(1) });
    norm.scale.assign(tf.ones([1]) as never);
    const normed = values(norm.call(x, { training: true }));
    for (const [i, value] of normed.entries())
      expect(value).toBeCloseTo((2 * i - 3) / Math.sqrt(5), 4);
    expect(values(norm.runningMean)[0]).toBeCloseTo(0.4, 5);
    expect(values(norm.runningVariance)[0]).toBeCloseTo(0.9 + 0.1 * (20 / 3), 5);
  });

  it("normalises by what it followed at evaluation, and leaves that", () => {
    const norm = new BatchNorm({ channels: 1, key: createKey(1) });
    norm.scale.assign(tf.ones([1]) as never);
    norm.runningMean.assign(tf.tensor1d([1]) as never);
    norm.runningVariance.assign(tf.tensor1d([4]) as never);
    expect(values(norm.call(x, { training: false }))[3]).toBeCloseTo(3, 4);
    expect(values(norm.runningMean)).toEqual([1]);
  });
});
