import { type Tensor, tf } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { StateDict } from "../checkpoint/state-dict.js";
import type { Trunk } from "../lpips/trunks.js";
import { channelStatistics } from "../preprocess/pillow-standardised.js";
import { tf1Standardised } from "../preprocess/tf1-standardised.js";
import { vgg16FromWeights } from "../strategies/vgg16.js";
import { randomWeights } from "../testing/weights.js";
import { Vgg16 } from "./vgg16.js";

/** One convolution of 1 × 1: what is left to check is how its map is laid out for the linear layers. */
const trunk: Trunk = {
  stages: [{ convolutions: [{ index: 0, inputs: 3, outputs: 2, kernel: 1, padding: 0 }] }],
  smallestSide: 2,
};
const weights = randomWeights({
  "features.0.weight": [2, 3, 1, 1],
  "features.0.bias": [2],
  "classifier.0.weight": [3, 8],
  "classifier.0.bias": [3],
  "classifier.3.weight": [3, 3],
  "classifier.3.bias": [3],
});
const value = (name: string, i: number) => weights[name]!.data[i]!;
const relu = (x: number) => Math.max(0, x);

/** The same by hand, in PyTorch's order: channels before places. */
function byHand(images: Float32Array): number[] {
  const at = (y: number, x: number, channel: number) =>
    relu(
      [0, 1, 2].reduce(
        (sum, c) =>
          sum + images[(y * 4 + x) * 3 + c]! * value("features.0.weight", 3 * channel + c),
        value("features.0.bias", channel),
      ),
    );
  const flat = [0, 1].flatMap((channel) =>
    [0, 2].flatMap((y) =>
      [0, 2].map((x) =>
        Math.max(
          at(y, x, channel),
          at(y, x + 1, channel),
          at(y + 1, x, channel),
          at(y + 1, x + 1, channel),
        ),
      ),
    ),
  );
  const linear = (x: readonly number[], name: string) =>
    [0, 1, 2].map((o) =>
      relu(
        x.reduce(
          (sum, v, i) => sum + v * value(`${name}.weight`, o * x.length + i),
          value(`${name}.bias`, o),
        ),
      ),
    );
  return linear(linear(flat, "classifier.0"), "classifier.3");
}

describe("Vgg16", () => {
  it("flattens its map as PyTorch does", () => {
    const network = new Vgg16(new StateDict(weights, "test"), { trunk, side: 2, hidden: 3 });
    const images = Float32Array.from({ length: 2 * 48 }, (_, i) => Math.sin(3 * i));
    const features = network.call(tf.tensor(images, [2, 4, 4, 3])) as Tensor;
    expect(features.shape).toEqual([2, 3]);
    const expected = [byHand(images.subarray(0, 48)), byHand(images.subarray(48))].flat();
    expect(Math.max(...expected)).toBeGreaterThan(0);
    features.dataSync().forEach((actual, i) => {
      expect(actual).toBeCloseTo(expected[i]!, 5);
    });
  });

  it("needs more of the file than LPIPS does", () => {
    const { "features.0.weight": convolution } = weights;
    expect(() => vgg16FromWeights({ "features.0.weight": convolution! }, "lpips.pth")).toThrow(
      /lpips\.pth: expected weights with classifier\.0\.weight, got features\.0\.weight/,
    );
  });
});

describe("tf1Standardised", () => {
  it("brings levels to mean and deviation, each channel its own", () => {
    const { prepare, shape } = tf1Standardised({ size: 2, statistics: channelStatistics.imagenet });
    const data = Uint8Array.from({ length: 12 }, (_, i) => [255, 0, 51][i % 3]!);
    const prepared = prepare({ width: 2, height: 2, channels: 3, data });
    expect(shape).toEqual([2, 2, 3]);
    [(1 - 0.485) / 0.229, -0.456 / 0.224, (0.2 - 0.406) / 0.225].forEach((expected, c) => {
      expect(prepared[c]).toBeCloseTo(expected, 5);
      expect(prepared[9 + c]).toBeCloseTo(expected, 5);
    });
  });
});
