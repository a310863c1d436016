import { createKey, fold } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { drawView } from "./augmentation.js";

const views = (crop: number, flip: boolean) =>
  Array.from({ length: 2000 }, (_, i) => drawView(fold(createKey(1), i), 256, { crop, flip }));

describe("drawView", () => {
  it("draws smaller sides uniformly from size to crop · size, both included", () => {
    const sides = views(1.25, false).map((view) => view.crop!.smallerSide);
    expect(Math.min(...sides)).toBe(256);
    expect(Math.max(...sides)).toBe(320);
    expect(new Set(sides).size).toBe(65);
    expect(sides.reduce((sum, side) => sum + side, 0) / sides.length).toBeCloseTo(288, -1);
  });

  it("flips half of the images, only when asked to", () => {
    const flipped = views(1, true).filter((view) => view.flip).length;
    expect(flipped).toBeGreaterThan(900);
    expect(flipped).toBeLessThan(1100);
    expect(views(1.25, false).some((view) => view.flip)).toBe(false);
  });

  it("takes the centre crop without zoom, and draws left and top independently of the flip", () => {
    expect(views(1, true).every((view) => view.crop === undefined)).toBe(true);
    const both = views(1.25, true);
    const meanLeft = (flip: boolean) => {
      const lefts = both.filter((view) => view.flip === flip).map((view) => view.crop!.left);
      return lefts.reduce((sum, left) => sum + left, 0) / lefts.length;
    };
    expect(meanLeft(true)).toBeCloseTo(0.5, 1);
    expect(meanLeft(false)).toBeCloseTo(0.5, 1);
  });
});
