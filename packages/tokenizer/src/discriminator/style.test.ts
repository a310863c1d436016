import { createKey, hostTensor, type Tensor, tf, toTensor } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { styleDiscriminatorWeights } from "../import/style-discriminator.js";
import { tinyImages } from "../testing/tiny.js";
import { blur } from "./blur.js";
import { StyleDiscriminator } from "./style.js";

const context = { imageChannels: 3, imageSize: 8, key: createKey(1) };

describe("StyleGAN's discriminator", () => {
  it("gives a logit for every image, which each pixel moves", () => {
    const judge = new StyleDiscriminator({ widths: [4, 6] }, context);
    const images = toTensor(tinyImages(2));
    expect(judge.call(images).shape).toEqual([2, 1]);
    const slopes = tf
      .grad((x: Tensor) => tf.sum(judge.call(x)))(images)
      .dataSync();
    expect(slopes.every((slope) => slope !== 0)).toBe(true);
  });

  it("takes weights by PyTorch's names", () => {
    const judge = new StyleDiscriminator({ widths: [4, 6] }, context);
    const shapes: Record<string, number[]> = {
      "blocks.0.weight": [4, 3, 3, 3],
      "blocks.2.conv_res.weight": [6, 4, 1, 1],
      "blocks.2.downsample.0.f": [3],
      "blocks.2.downsample.1.bias": [6],
      "final_linear.0.weight": [6, 96],
      "final_linear.2.weight": [1, 6],
    };
    const tensors = Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => {
        const size = shape.reduce((product, side) => product * side, 1);
        return [
          name,
          hostTensor(
            Float32Array.from({ length: size }, (_, i) => i),
            shape,
          ),
        ];
      }),
    );
    const weights = styleDiscriminatorWeights(tensors);
    const variables = judge.namedVariables();
    for (const [name, { shape }] of Object.entries(weights))
      expect([name, shape]).toEqual([name, variables.get(name)?.shape]);
    expect(Object.keys(weights)).toHaveLength(5);
    // the second of 4·4 places, first channel, output 0: the second value of PyTorch's first row
    expect(weights["hidden.kernel"]!.data[6 * 6]).toBe(1);
  });

  it("names the sizes it can judge", () => {
    expect(() => new StyleDiscriminator({ widths: [4] }, { ...context, imageSize: 24 })).toThrow(
      "expected images of 8, 16, 32, … pixels, got 24",
    );
  });
});

describe("blur", () => {
  it("weighs neighbours 1 2 1, mirrored at the border", () => {
    const image = tf.tensor4d([0, 4, 8], [1, 1, 3, 1]);
    const tall = tf.tile(image, [1, 3, 1, 1]);
    const row = [...blur(tall).dataSync()].slice(0, 3);
    expect(row).toEqual([2, 4, 6]);
  });
});
