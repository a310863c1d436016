import { createKey } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { classBalancedIndices, classBalancedWeights, classCounts } from "./balance.js";

const labels = Int32Array.of(0, 0, 0, 0, 2, 2);

describe("class balance", () => {
  it("counts", () => {
    expect([...classCounts(labels, 4)]).toEqual([4, 0, 2, 0]);
  });

  it("weighs every class that occurs the same", () => {
    expect([...classBalancedWeights(labels, 4)]).toEqual([0.125, 0.125, 0.125, 0.125, 0.25, 0.25]);
  });

  it("draws the same number from every class that occurs, by key", () => {
    const draw = (seed: number, perClass?: number) =>
      classBalancedIndices({
        labels,
        classes: 4,
        key: createKey(seed),
        ...(perClass && { perClass }),
      });
    expect([
      ...classCounts(
        draw(1).map((index) => labels[index]!),
        3,
      ),
    ]).toEqual([2, 0, 2]);
    expect([
      ...classCounts(
        draw(1, 1).map((index) => labels[index]!),
        3,
      ),
    ]).toEqual([1, 0, 1]);
    expect(draw(1)).toEqual(draw(1));
    const drawn = new Set(Array.from({ length: 20 }, (_, seed) => draw(seed).join()));
    expect(drawn.size).toBeGreaterThan(1);
  });
});
