/** Eager training on WebGPU in Node, on a software Vulkan driver (Chromium's SwiftShader). */
import { existsSync } from "node:fs";
import {
  compile,
  createKey,
  fold,
  type HostTensor,
  hostTensor,
  nn,
  normal,
  optim,
  type Scalar,
  startEngine,
  type Tensor,
  tf,
} from "@fqgan/tensor";
import { beforeAll, describe, expect, it } from "vitest";

const DRIVER = "/usr/lib/chromium/vk_swiftshader_icd.json";

beforeAll(() => {
  expect(existsSync(DRIVER), `${DRIVER}: install Debian's chromium and libvulkan1`).toBe(true);
  process.env.VK_ICD_FILENAMES = DRIVER;
});

/** Losses of a few Adam steps of a small convolutional network. */
async function losses(): Promise<number[]> {
  const key = createKey(3);
  const convolution = new nn.Conv2d({ inputs: 3, outputs: 8, kernel: 3, key: fold(key, "a") });
  const norm = new nn.GroupNorm({ channels: 8, groups: 4 });
  const last = new nn.Conv2d({ inputs: 8, outputs: 3, kernel: 3, key: fold(key, "b") });
  const variables = new Map(
    [convolution, norm, last].flatMap((layer, i) => [...layer.namedVariables(String(i))]),
  );
  const adam = new optim.Adam(variables, { learningRate: 1e-2 });
  const step = compile(
    (images: Tensor) => {
      const { losses, grads } = optim.lossGradients(() => {
        const hidden = nn.silu(norm.call(convolution.call(images)));
        const error = tf.sub(last.call(hidden), images);
        return { loss: tf.mean(tf.square(error)) as Scalar };
      }, [...variables.values()]);
      adam.apply(grads);
      return losses;
    },
    { name: "webgpu test" },
  );
  const images: HostTensor = hostTensor(normal(fold(key, "images"), 2 * 8 * 8 * 3), [2, 8, 8, 3]);
  const seen: number[] = [];
  for (let i = 0; i < 5; i++) seen.push((await step(images)).loss.data[0]!);
  return seen;
}

describe("webgpu engine", () => {
  it("trains as the cpu does", async () => {
    await startEngine({ engine: "cpu" });
    const onCpu = await losses();
    const { name, backend } = await startEngine({ engine: "webgpu" });
    expect([name, backend]).toEqual(["webgpu", "webgpu"]);
    const onGpu = await losses();
    for (const [i, loss] of onGpu.entries()) expect(loss).toBeCloseTo(onCpu[i]!, 5);
    expect(onGpu[4]).toBeLessThan(onGpu[0]!);
  });
});
