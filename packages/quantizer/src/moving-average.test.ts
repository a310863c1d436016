import { UserError } from "@fqgan/registry";
import {
  createKey,
  hostTensor,
  RandomStream,
  type Tensor1D,
  type Tensor2D,
  tf,
} from "@fqgan/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { createQuantizer } from "./registry.js";
import { runInTest, testedEngines, useEngine } from "./testing/run-in-test.js";

const latents = tf.tensor2d([
  [1, 1],
  [3, 3],
  [-2, 0],
  [5, 5],
]) as Tensor2D;
const indices = tf.tensor1d([0, 0, 1, 0], "int32") as Tensor1D;
const key = createKey(0);

function movingAverages(options: Record<string, unknown> = {}) {
  const quantizer = createQuantizer(
    { name: "ema-vq", size: 3, dimensions: 2, normalize: "none", decay: 0.75, ...options },
    key,
  );
  const variables = quantizer.namedVariables();
  const set = (name: string, values: number[]) => {
    const variable = variables.get(name)!;
    variable.assign(tf.tensor(values, variable.shape) as never);
  };
  set("codebook", [2, 0, 0, 2, 9, 9]);
  set("counts", [4, 2, 1]);
  set("sums", [8, 0, 0, 4, 9, 9]);
  const read = (name: string) => [...variables.get(name)!.dataSync()];
  return { quantizer, read };
}

describe.each(testedEngines)("moving averages on %s", (engine) => {
  beforeAll(() => useEngine(engine));

  it("are 0.75 of what they were and 0.25 of what this step chose", async () => {
    const { quantizer, read } = movingAverages({ epsilon: 1e-9 });
    const z = hostTensor(latents.dataSync() as Float32Array, latents.shape);
    await runInTest({ z }, (fed) => {
      quantizer.update!({ latents: fed.z as Tensor2D, indices });
      return { z: fed.z! };
    });
    expect(read("counts")).toEqual([0.75 * 4 + 0.25 * 3, 0.75 * 2 + 0.25, 0.75]);
    const sums = [0.75 * 8 + 0.25 * 9, 0.25 * 9, -0.25 * 2, 0.75 * 4, 0.75 * 9, 0.75 * 9];
    expect(read("sums")).toEqual(sums);
    const expected = sums.map((sum, i) => expect.closeTo(sum / read("counts")[i >> 1]!, 4));
    expect(read("codebook")).toEqual(expected);
  });
});

describe("moving averages", () => {
  it("smooth the counts: n' = (n + ε) / (Σn + Kε) · Σn", () => {
    const { quantizer, read } = movingAverages({ epsilon: 0.5 });
    quantizer.update!({ latents, indices });
    const counts = read("counts");
    const total = counts.reduce((a, b) => a + b);
    const smoothed = counts.map((n) => ((n + 0.5) / (total + 3 * 0.5)) * total);
    const expected = read("sums").map((sum, i) => expect.closeTo(sum / smoothed[i >> 1]!, 4));
    expect(read("codebook")).toEqual(expected);
  });

  it("keep l2-normalised codes at length 1", () => {
    const { quantizer, read } = movingAverages({ normalize: "l2" });
    quantizer.update!({ latents, indices });
    const [x, y] = read("codebook") as [number, number];
    expect(Math.hypot(x, y)).toBeCloseTo(1, 5);
  });
});

describe("dead codes", () => {
  const deadCodes = { below: 0.5, decay: 0.5 };

  it("take the place of a latent of the batch, once their moving use is too small", () => {
    const { quantizer, read } = movingAverages({ deadCodes });
    const random = new RandomStream(key);
    // An unused code's use halves at each step: 1, 0.5, 0.25; it is dead below 0.5.
    quantizer.update!({ latents, indices, random });
    expect(read("deadCodes.use")[2]).toBe(0.5);
    random.advance();
    quantizer.update!({ latents, indices, random });
    expect(read("deadCodes.use")[2]).toBe(1);
    const third = read("codebook").slice(4);
    const rows = [...Array(4).keys()].map((i) => [...latents.dataSync()].slice(2 * i, 2 * i + 2));
    expect(rows).toContainEqual(third);
    expect(read("counts")[2]).toBe(1);
    expect(read("sums").slice(4)).toEqual(third);
  });

  it("of a learned codebook are replaced too; codes in use stay", () => {
    const quantizer = createQuantizer(
      { name: "vq", size: 3, dimensions: 2, normalize: "none", deadCodes },
      key,
    );
    const codebook = () => [...quantizer.namedVariables().get("codebook")!.dataSync()];
    const before = codebook();
    for (let step = 0; step < 2; step++)
      quantizer.update!({ latents, indices, random: new RandomStream(key) });
    expect(codebook().slice(0, 2)).toEqual(before.slice(0, 2));
    expect(codebook().slice(4)).not.toEqual(before.slice(4));
  });

  it("need a random stream", () => {
    const { quantizer } = movingAverages({ deadCodes });
    expect(() => quantizer.update!({ latents, indices })).toThrow(UserError);
  });
});
