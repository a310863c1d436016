import { expect, it } from "vitest";
import { holm, pairedDifference, pairedP } from "./statistics.js";

const bySeed = (...values: number[]) => new Map(values.map((value, seed) => [seed, value]));

it("gives the p-value of a paired t-test", () => {
  // Mean 0.52, t = 2.982; Student's distribution with four degrees of freedom has a closed form.
  const difference = pairedDifference(
    bySeed(5.1, 4.8, 6.0, 5.5, 5.2),
    bySeed(4.6, 4.9, 5.1, 5.0, 4.4),
  )!;
  expect(pairedP(difference)).toBeCloseTo(0.0406, 4);
  expect(pairedP(pairedDifference(bySeed(1, 2), bySeed(1, 2))!)).toBe(1);
});

it("corrects a family of p-values after Holm, in their order", () => {
  expect(holm([0.04, 0.01, 0.03])).toEqual([0.06, 0.03, 0.06]);
  expect(holm([0.5, 0.9])).toEqual([1, 1]);
  expect(holm([])).toEqual([]);
});
