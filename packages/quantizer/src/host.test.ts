import { createKey, hostTensor, normal } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { lookupValues, quantizeValues } from "./host.js";
import { createQuantizer } from "./registry.js";

const quantizer = createQuantizer({ name: "vq", size: 16, dimensions: 4 }, createKey(1));
const latents = (values: Float32Array, dimensions = 4) =>
  hostTensor(values, [values.length / dimensions, dimensions]);

describe("quantizing values in main memory", () => {
  it("gives indices that look up to the codes", async () => {
    const { indices, codes } = await quantizeValues(quantizer, latents(normal(createKey(2), 40)));
    const looked = await lookupValues(quantizer, indices.data as Int32Array);
    expect(looked).toEqual(codes);
  });

  it.each([
    ["NaN", latents(Float32Array.of(0, 1, Number.NaN, 3)), "expected finite latents, got NaN at 2"],
    [
      "infinity",
      latents(new Float32Array(4).fill(Infinity)),
      "expected finite latents, got Infinity",
    ],
    ["another length", latents(new Float32Array(6), 3), "vq: expected latents [N, 4], got [2, 3]"],
    ["integers", hostTensor(new Int32Array(4), [1, 4]), "expected float32 latents, got int32"],
  ])("refuses %s", async (_, values, message) => {
    await expect(quantizeValues(quantizer, values)).rejects.toThrow(message);
  });

  it("refuses indices that no code has", async () => {
    const wrong = lookupValues(quantizer, Int32Array.of(3, 16));
    await expect(wrong).rejects.toThrow("lookupValues: expected indices in [0, 16), got 16 at 1");
  });
});
