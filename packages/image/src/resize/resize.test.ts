import { describe, expect, it } from "vitest";
import type { FloatImage, Image } from "../image.js";
import { filterTaps, resizeFilters } from "./filters.js";
import { resizePil, resizePilFloat } from "./pil.js";
import { resizeTf1 } from "./tf1.js";
import { resizeTorch } from "./torch.js";

const grey = (width: number, height: number, values: number[]): Image => ({
  width,
  height,
  channels: 1,
  data: Uint8Array.from(values),
});
const float = (width: number, height: number, values: number[]): FloatImage => ({
  width,
  height,
  channels: 1,
  data: Float32Array.from(values),
});

describe("filterTaps", () => {
  it.each(Object.entries(resizeFilters))("%s weights sum to 1", (_, filter) => {
    for (const [input, output] of [
      [7, 3],
      [3, 7],
      [100, 1],
      [1, 5],
    ] as const) {
      const { weights, reach, first, count } = filterTaps(filter, input, output);
      for (let i = 0; i < output; i++) {
        const row = weights.subarray(i * reach, (i + 1) * reach);
        expect(row.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12);
        expect(first[i]! + count[i]!).toBeLessThanOrEqual(input);
      }
    }
  });
});

describe("resizePil", () => {
  it("averages 2×2 blocks with a box, rounding half up", () => {
    const image = grey(4, 2, [0, 1, 10, 20, 1, 1, 30, 40]);
    const halved = resizePil(image, { width: 2, height: 1, filter: "box" });
    // horizontally first: (0 + 1) / 2 → 1, (1 + 1) / 2 = 1; then (1 + 1) / 2 = 1
    expect([...halved.data]).toEqual([1, 25]);
  });

  it.each(["box", "bilinear", "bicubic", "lanczos", "nearest"] as const)(
    "%s keeps a plain image plain and same-sized images untouched",
    (filter) => {
      const plain = grey(5, 4, new Array(20).fill(77));
      const resized = resizePil(plain, { width: 9, height: 3, filter });
      expect(new Set(resized.data)).toEqual(new Set([77]));
      expect(resizePil(plain, { width: 5, height: 4, filter })).toBe(plain);
    },
  );

  it("clamps what overshoots in 8 bits, not in floats", () => {
    const values = [0, 0, 255, 255];
    const target = { width: 16, height: 1, filter: "bicubic" } as const;
    const overshoot = resizePilFloat(float(4, 1, values), target);
    expect(Math.max(...overshoot.data)).toBeGreaterThan(255);
    const clamped = resizePil(grey(4, 1, values), target);
    expect(Math.max(...clamped.data)).toBe(255);
  });

  it("gives the same again, in either mode, after many other sizes", () => {
    const image = grey(5, 4, [...Array(20).keys()]);
    const target = { width: 3, height: 9, filter: "lanczos" } as const;
    const once = () => [
      ...resizePil(image, target).data,
      ...resizePilFloat(float(5, 4, [...image.data]), target).data,
    ];
    const first = once();
    for (let width = 1; width < 80; width++) resizePil(image, { ...target, width });
    expect(once()).toEqual(first);
  });

  it("takes images of one pixel, in every filter", () => {
    for (const filter of ["box", "bilinear", "bicubic", "lanczos", "nearest"] as const)
      expect([...resizePil(grey(1, 1, [9]), { width: 2, height: 3, filter }).data]).toEqual(
        new Array(6).fill(9),
      );
  });

  it("keeps channels apart", () => {
    const image: Image = {
      width: 2,
      height: 1,
      channels: 3,
      data: Uint8Array.of(1, 2, 3, 5, 6, 7),
    };
    const { data } = resizePil(image, { width: 1, height: 1, filter: "box" });
    expect([...data]).toEqual([3, 4, 5]);
  });
});

describe("resizeTf1 and resizeTorch", () => {
  it("place the same pixels differently", () => {
    const image = float(2, 1, [0, 4]);
    const target = { width: 4, height: 1 };
    // TensorFlow 1 reads at i/2: 0, .5, 1, 1.5 (clamped); torch at (i + .5)/2 - .5: -.25, .25, .75, 1.25
    expect([...resizeTf1(image, target).data]).toEqual([0, 2, 4, 4]);
    expect([...resizeTorch(image, { ...target, filter: "bilinear" }).data]).toEqual([0, 1, 3, 4]);
  });

  it("take images of one pixel", () => {
    const target = { width: 2, height: 2 };
    expect([...resizeTf1(float(1, 1, [7]), target).data]).toEqual([7, 7, 7, 7]);
    for (const filter of ["bilinear", "bicubic"] as const)
      expect([...resizeTorch(float(1, 1, [7]), { ...target, filter }).data]).toEqual([7, 7, 7, 7]);
  });

  it("torch steps as far as it is told", () => {
    const image = float(4, 1, [0, 1, 2, 3]);
    const step = { x: 1.5, y: 1 };
    const resized = resizeTorch(image, { width: 2, height: 1, filter: "bilinear", step });
    // (i + .5) · 1.5 - .5: .25 and 1.75
    expect([...resized.data]).toEqual([0.25, 1.75]);
  });

  it("are the identity when the size stays", () => {
    const image = float(3, 2, [1, 2, 3, 4, 5, 6]);
    const target = { width: 3, height: 2 };
    expect(resizeTf1(image, target).data).toEqual(image.data);
    for (const filter of ["bilinear", "bicubic"] as const)
      expect(resizeTorch(image, { ...target, filter }).data).toEqual(image.data);
  });
});
