import { compile, createKey, fold, hostTensor, type Tensor, tf, uniform } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { StateDict } from "../checkpoint/state-dict.js";
import { randomWeights } from "../testing/weights.js";
import { lpipsFromWeights } from "./load-lpips.js";
import { Lpips } from "./lpips.js";
import type { Trunk } from "./trunks.js";

/** Two taps of few channels: the arithmetic of LPIPS without VGG's size. */
const trunk: Trunk = {
  stages: [
    { convolutions: [{ index: 0, inputs: 3, outputs: 4, kernel: 3, padding: 1 }] },
    { pool: 2, convolutions: [{ index: 3, inputs: 4, outputs: 6, kernel: 3, padding: 1 }] },
  ],
  smallestSide: 2,
};
const shapes = {
  "features.0.weight": [4, 3, 3, 3],
  "features.0.bias": [4],
  "features.3.weight": [6, 4, 3, 3],
  "features.3.bias": [6],
  "lin0.model.1.weight": [1, 4, 1, 1],
  "lin1.model.1.weight": [1, 6, 1, 1],
};
const weights = randomWeights(shapes, (name) => (name.startsWith("lin") ? 3 : 0));
const network = new Lpips(trunk, new StateDict(weights, "test"));

const images = (seed: number) =>
  uniform(fold(createKey(seed), "images"), 2 * 4 * 6 * 3).map((u) => 2 * u - 1);
const batch = (seed: number) => tf.tensor(images(seed), [2, 4, 6, 3]);

describe("Lpips", () => {
  it("is 0 for equal images, symmetric, and one number an image", () => {
    const [a, b] = [batch(1), batch(2)];
    expect([...network.call(a, a).dataSync()]).toEqual([0, 0]);
    const ab = network.call(a, b);
    expect(ab.shape).toEqual([2]);
    expect(Math.min(...ab.dataSync())).toBeGreaterThan(0);
    expect(ab.dataSync()).toEqual(network.call(b, a).dataSync());
  });

  it("is what its definition says, for one place of one tap", () => {
    // a 1×1 trunk that hands on the scaled image: features (x - shift) / scale, cut off below 0
    const pass = new Float32Array(9);
    for (let c = 0; c < 3; c++) pass[4 * c] = 1;
    const identity = new Lpips(
      {
        stages: [{ convolutions: [{ index: 0, inputs: 3, outputs: 3, kernel: 1, padding: 0 }] }],
        smallestSide: 1,
      },
      new StateDict(
        {
          "features.0.weight": hostTensor(pass, [3, 3, 1, 1]),
          "features.0.bias": hostTensor(new Float32Array(3)),
          "lin0.model.1.weight": hostTensor(Float32Array.of(1, 2, 3), [1, 3, 1, 1]),
        },
        "test",
      ),
    );
    const [shift, scale] = [
      [-0.03, -0.088, -0.188],
      [0.458, 0.448, 0.45],
    ] as const;
    const features = (pixel: number[]) => {
      const scaled = pixel.map((x, c) => Math.max(0, (x - shift[c]!) / scale[c]!));
      return scaled.map((x) => x / Math.hypot(...scaled));
    };
    const [a, b] = [
      [0.5, -0.5, 0.9],
      [-0.2, 0.7, 0.1],
    ] as const;
    const [ofA, ofB] = [features([...a]), features([...b])];
    const expected = ofA.reduce((sum, x, c) => sum + (c + 1) * (x - ofB[c]!) ** 2, 0);
    const distance = identity.call(
      tf.tensor([...a], [1, 1, 1, 3]),
      tf.tensor([...b], [1, 1, 1, 3]),
    );
    expect(distance.dataSync()[0]).toBeCloseTo(expected, 5);
  });

  it("has gradients to the images, none to its weights, and finite ones where features vanish", () => {
    const [a, b] = [batch(1), batch(2)];
    expect(network.trainableVariables()).toEqual([]);
    const loss = (x: Tensor) => tf.sum(network.call(x, b));
    const gradient = tf.grad(loss)(a).dataSync() as Float32Array;
    // along the gradient the loss rises by its squared norm
    const step = 1e-3;
    const moved = tf.tensor(
      images(1).map((x, i) => x + step * gradient[i]!),
      [2, 4, 6, 3],
    );
    const rise = (loss(moved).dataSync()[0]! - loss(a).dataSync()[0]!) / step;
    const squaredNorm = gradient.reduce((sum, g) => sum + g * g, 0);
    expect(rise / squaredNorm).toBeCloseTo(1, 1);

    const dead = randomWeights(shapes, (name) => (name.endsWith("bias") ? -1000 : 0));
    const silent = new Lpips(trunk, new StateDict(dead, "test"));
    const flat = tf
      .grad((x: Tensor) => tf.sum(silent.call(x, b)))(a)
      .dataSync();
    expect(flat.every((g) => g === 0)).toBe(true);
  });

  it("is the same compiled as eagerly", async () => {
    const step = compile(({ a, b }: { a: Tensor; b: Tensor }) => {
      const { value, grad } = tf.valueAndGrad((x: Tensor) => tf.sum(network.call(x, b)))(a);
      return { value, grad };
    });
    const given = {
      a: hostTensor(images(1), [2, 4, 6, 3]),
      b: hostTensor(images(2), [2, 4, 6, 3]),
    };
    const { value, grad } = await step(given);
    step.dispose();
    const loss = (x: Tensor) => tf.sum(network.call(x, batch(2)));
    expect(value.data[0]).toBeCloseTo(loss(batch(1)).dataSync()[0]!, 5);
    const eager = tf.grad(loss)(batch(1)).dataSync();
    grad.data.forEach((g, i) => {
      expect(g).toBeCloseTo(eager[i]!, 4);
    });
  });

  it("refuses images that its pools would swallow", () => {
    const tiny = tf.zeros([1, 1, 8, 3]);
    expect(() => network.call(tiny, tiny)).toThrow(/at least 2 pixels a side, got 1×8/);
  });
});

describe("lpipsFromWeights", () => {
  it("names what a file lacks", () => {
    expect(() => lpipsFromWeights(weights, { where: "vgg.pth" })).toThrow(
      /vgg\.pth: these weights belong to another network:\s+features\.0\.weight: expected float32 \[64,3,3,3\]/,
    );
  });
});
