import { describe, expect, it } from "vitest";
import type { Rows } from "./curve-store.js";
import { bandOf, queryCurves } from "./curves.js";

const line = (count: number, value: (x: number) => number) =>
  Array.from({ length: count }, (_, x) => [x, value(x)] as const);

describe("bandOf", () => {
  it("keeps the ends and every spike", () => {
    const band = bandOf([line(10_000, (x) => (x === 7777 ? 50 : 1))], 100);
    expect(band.x.length).toBeLessThanOrEqual(100);
    expect(band.x[0]).toBe(0);
    expect(band.x.at(-1)).toBe(9999);
    expect(Math.max(...(band.high as number[]))).toBe(50);
    expect(Math.max(...(band.mean as number[]))).toBeLessThan(2);
    expect([...band.x]).toEqual([...band.x].sort((a, b) => a - b));
  });

  it("gives the mean, the lowest and the highest of the seeds at each step", () => {
    expect(bandOf([line(3, (x) => x), line(2, (x) => x + 2)], 10)).toEqual({
      x: [0, 1, 2],
      mean: [1, 2, 2],
      low: [0, 1, 2],
      high: [2, 3, 2],
    });
  });

  it("leaves a gap where no value is a number", () => {
    const { mean, low } = bandOf([line(3, (x) => (x === 1 ? Number.NaN : 5))], 10);
    expect(mean).toEqual([5, null, 5]);
    expect(low).toEqual([5, null, 5]);
  });
});

describe("queryCurves", () => {
  const rows: Rows = {
    step: [0, 10, 20, 30, 40],
    seconds: [0, 1, 2, 3, 4],
    columns: new Map([
      ["psnr", { row: [1, 3], value: [15, 18] }],
      ["train/loss", { row: [0, 1, 2, 3, 4], value: [5, 4, 3, 2, 1] }],
    ]),
  };
  const all = { axis: "step", names: [], points: 100 } as const;

  it("gives losses first, and metrics that were logged now and then where they were", () => {
    const curves = queryCurves([[rows]], all);
    expect(Object.keys(curves)).toEqual(["train/loss", "psnr"]);
    expect(curves.psnr![0]).toMatchObject({ x: [10, 30], mean: [15, 18] });
  });

  it("gives a range with one point beyond at each side", () => {
    const curves = queryCurves([[rows]], { ...all, from: 15, to: 25 });
    expect(curves["train/loss"]![0]!.x).toEqual([10, 20, 30]);
  });

  it("gives time in place of steps", () => {
    const curves = queryCurves([[rows]], { ...all, axis: "seconds", names: ["psnr"] });
    expect(curves).toEqual({
      psnr: [{ x: [1, 3], mean: [15, 18], low: [15, 18], high: [15, 18] }],
    });
  });
});
