import { createKey, fold, normal } from "@fqgan/tensor";
import { expect, it } from "vitest";
import { squaredCosines } from "./squared-cosines.js";

const D = 8;
const draw = (name: string) => normal(fold(createKey(3), name), 4000 * D);

it("is 1 / D both ways for random directions, whatever their length", () => {
  const a = draw("a").map((value, i) => value * (1 + (Math.floor(i / D) % 5)));
  const { paired, independent } = squaredCosines(a, draw("b"), D);
  expect(paired).toBeCloseTo(1 / D, 2);
  expect(independent).toBeCloseTo(1 / D, 2);
});

it("is nothing both ways for codebooks in different subspaces", () => {
  const a = draw("a").map((value, i) => (i % D < 4 ? value : 0));
  const b = draw("b").map((value, i) => (i % D < 4 ? 0 : value));
  expect(squaredCosines(a, b, D)).toEqual({ paired: 0, independent: 0 });
});

it("tells vectors that only avoid each other by position", () => {
  // One basis vector each, never the same two at a position: orthogonal, and dependent.
  const pick = (shift: number) =>
    Float32Array.from({ length: 4000 * D }, (_, i) =>
      i % D === (Math.floor(i / D) + shift) % D ? 1 : 0,
    );
  const { paired, independent } = squaredCosines(pick(0), pick(3), D);
  expect(paired).toBe(0);
  expect(independent).toBeCloseTo(1 / D, 6);
});

it("agrees with all pairs, one by one", () => {
  const [a, b] = [draw("a").subarray(0, 30 * D), draw("b").subarray(0, 30 * D)];
  let sum = 0;
  for (let i = 0; i < 30; i++)
    for (let j = 0; j < 30; j++)
      sum += squaredCosines(
        a.subarray(i * D, (i + 1) * D),
        b.subarray(j * D, (j + 1) * D),
        D,
      ).paired;
  expect(squaredCosines(a, b, D).independent).toBeCloseTo(sum / 900, 6);
});
