import { createKey, hostTensor, normal, type Tensor, type Tensor2D, tf } from "@fqgan/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { runInTest, testedEngines, useEngine } from "../testing/run-in-test.js";
import { averagePool, bicubic, gridMatrix, resizeGrids } from "./grid-resize.js";
import { createComposition } from "./registry.js";

const key = createKey(8);
const config = {
  name: "multi-scale",
  quantizer: { name: "vq", size: 32, dimensions: 3, normalize: "none" },
  scales: [1, 2, 4],
};
const latents = hostTensor(normal(key, 2 * 16 * 3), [32, 3]);

describe.each(testedEngines)("multi-scale on %s", (engine) => {
  beforeAll(() => useEngine(engine));

  it("has side² positions a scale and image, which looking up turns into the output again", async () => {
    const composition = createComposition(config, key);
    const { indices, output, looked } = await runInTest({ z: latents }, ({ z }) => {
      const mode = { training: false };
      const { indices, outputs } = composition.quantize({ latent: z as Tensor2D }, mode);
      return {
        indices: { ...indices },
        output: outputs.latent!,
        looked: composition.lookup(indices).latent!,
      };
    });
    const lengths = Object.entries(indices).map(([name, { shape }]) => [name, ...shape]);
    expect(lengths).toEqual([
      ["scale1", 2],
      ["scale2", 8],
      ["scale4", 32],
    ]);
    expect(output.shape).toEqual([32, 3]);
    expect(looked.data).toEqual(output.data);
  });
});

describe("multi-scale", () => {
  it("has losses of every scale, and the decoder's gradient once", () => {
    const composition = createComposition(config, key);
    const z = tf.tensor(latents.data, [32, 3]) as Tensor2D;
    const { losses } = composition.quantize({ latent: z }, { training: true });
    expect(Object.keys(losses)).toContain("scale2.commitment");
    const f = (x: Tensor) =>
      tf.sum(composition.quantize({ latent: x as Tensor2D }, { training: false }).outputs.latent!);
    expect(new Set(tf.grad(f)(z).dataSync())).toEqual(new Set([1]));
  });

  it("refuses scales that do not grow, and latents of another grid", () => {
    expect(() => createComposition({ ...config, scales: [2, 2] }, key)).toThrow("growing scales");
    const wrong = { latent: tf.zeros([30, 3]) as Tensor2D };
    expect(() => createComposition(config, key).quantize(wrong, { training: false })).toThrow(
      "expected latents of whole 4×4 grids, got 30 positions",
    );
  });
});

describe("grid resizes", () => {
  it("keep a constant, and pool to the mean", () => {
    for (const [inputs, outputs] of [
      [4, 3],
      [1, 4],
      [2, 5],
    ] as const)
      for (const resize of [averagePool, bicubic]) {
        const matrix = gridMatrix(resize, inputs, outputs);
        for (let row = 0; row < outputs ** 2; row++) {
          const weights = matrix.slice(row * inputs ** 2, (row + 1) * inputs ** 2);
          expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
        }
      }
    const ramp = tf.tensor2d([...Array(16).keys()], [16, 1]);
    const mean = resizeGrids(ramp, { resize: averagePool, inputs: 4, outputs: 1 });
    expect([...mean.dataSync()]).toEqual([7.5]);
  });

  it("enlarge as PyTorch's bicubic interpolation does", () => {
    // torch 1.13: interpolate(tensor([[[[1., 4.]]]]), size=(1, 4), mode="bicubic")
    const axis = bicubic(2, 4).map(([a, b]) => a! * 1 + b! * 4);
    expect(axis.map((value) => Math.round(value * 1e4) / 1e4)).toEqual([
      0.6836, 1.6797, 3.3203, 4.3164,
    ]);
  });
});
