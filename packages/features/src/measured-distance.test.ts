import { hostTensor } from "@fqgan/tensor";
import { expect, it } from "vitest";
import { loadPerceptualDistance } from "./perceptual-distances.js";

it("refuses pairs of different sizes, naming both", async () => {
  const builtin = await loadPerceptualDistance({ name: "builtin" });
  const images = (size: number) =>
    hostTensor(new Float32Array(size * size * 3), [1, size, size, 3]);
  await expect(builtin.distance(images(32), images(16))).rejects.toThrow(
    /builtin-teacher-distance-v1: expected two batches .* got \[1,32,32,3\] float32 and \[1,16,16,3\]/,
  );
  builtin.dispose();
});
