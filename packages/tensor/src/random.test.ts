import { describe, expect, it } from "vitest";
import {
  createKey,
  fold,
  normal,
  permutation,
  randomBits,
  randomInteger,
  threefry,
  uniform,
} from "./random.js";

/** One block as hexadecimal words. */
function block(key: readonly [number, number], counter: readonly [number, number]): string {
  const out = new Uint32Array(2);
  threefry(key, counter[0], counter[1], out, 0);
  return [...out].map((word) => word.toString(16).padStart(8, "0")).join(" ");
}

describe("threefry", () => {
  // Known answers of threefry2x32 with 20 rounds from the Random123 distribution (kat_vectors).
  it.each([
    [[0, 0], [0, 0], "6b200159 99ba4efe"],
    [[0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], "1cb996fc bb002be7"],
    [[0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3], "c4923a9c 483df7a0"],
  ] as const)("key %j, counter %j", (key, counter, answer) => {
    expect(block(key, counter)).toBe(answer);
  });
});

describe("keys", () => {
  it("fold into different keys for different parts, and the same for the same", () => {
    const key = createKey(7);
    expect(fold(key, "a")).toEqual(fold(key, "a"));
    const folded = [fold(key, "a"), fold(key, "b"), fold(key, 1), fold(key, 2), fold(key, "a", 1)];
    expect(new Set(folded.map(String)).size).toBe(folded.length);
    expect(fold(key, "a", 1)).toEqual(fold(fold(key, "a"), 1));
  });

  it("refuse what is not a seed", () => {
    expect(() => createKey(-1)).toThrow("expected a seed");
    expect(() => createKey(0.5)).toThrow("expected a seed");
  });

  it("take all 53 bits of a seed", () => {
    expect(createKey(2 ** 32)).not.toEqual(createKey(0));
  });
});

describe("samples", () => {
  const key = createKey(11);

  it("do not depend on how many are drawn", () => {
    expect([...randomBits(key, 3)]).toEqual([...randomBits(key, 8).subarray(0, 3)]);
    expect([...uniform(key, 3)]).toEqual([...uniform(key, 8).subarray(0, 3)]);
  });

  it("are uniform", () => {
    const values = uniform(key, 20_000);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean).toBeCloseTo(0.5, 2);
    expect(values.every((value) => value >= 0 && value < 1)).toBe(true);
    const tenths = new Array(10).fill(0);
    for (const value of values) tenths[Math.floor(value * 10)] += 1;
    for (const count of tenths) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });

  it("are normal", () => {
    const values = [...normal(key, 20_001)];
    const moment = (power: number) =>
      values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    expect(values).toHaveLength(20_001);
    expect(moment(1)).toBeCloseTo(0, 1);
    expect(moment(2)).toBeCloseTo(1, 1);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.2);
  });

  it("permute without loss", () => {
    const order = [...permutation(key, 100)];
    expect(order.toSorted((a, b) => a - b)).toEqual([...order.keys()]);
    expect(order).not.toEqual([...order.keys()]);
  });

  it("are integers below a limit, each as often", () => {
    const counts = new Array(5).fill(0);
    for (let i = 0; i < 5000; i++) counts[randomInteger(fold(key, i), 5)] += 1;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
