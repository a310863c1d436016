import { describe, expect, it } from "vitest";
import { hostTensor } from "../../host-tensor.js";
import { byteSource } from "./byte-source.js";
import { encodePytorch } from "./encode-pytorch.js";
import { loadTensors, openPytorch, type PytorchValue } from "./pytorch.js";

describe("encodePytorch", () => {
  it("writes what openPytorch reads", async () => {
    const content = {
      model: {
        weight: hostTensor(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3]),
        index: hostTensor(Int32Array.of(7, -8), [2]),
        mask: hostTensor(Uint8Array.of(1, 0), [2]),
        scalar: hostTensor(Float32Array.of(0.5), []),
      },
      steps: 3,
      rate: 2e-4,
      far: 2 ** 40,
      names: ["a", "é"],
      nested: { flag: true, nothing: null },
    };
    const bytes = encodePytorch(content);
    const back = (await openPytorch(byteSource(bytes), "x.pt")) as Record<string, PytorchValue>;
    const { model, ...plain } = back;
    expect(plain).toEqual({
      steps: 3,
      rate: 2e-4,
      far: 2 ** 40,
      names: ["a", "é"],
      nested: { flag: true, nothing: null },
    });
    expect(await loadTensors(model!)).toEqual(content.model);
  });

  it("aligns values, so that files can be mapped", () => {
    const marker = Float32Array.of(1.5, 2.5, 3.5);
    const bytes = encodePytorch({
      odd: hostTensor(new Uint8Array(3), [3]),
      marker: hostTensor(marker),
    });
    const start = Buffer.from(bytes).indexOf(Buffer.from(marker.buffer));
    expect(start % 64).toBe(0);
  });
});
