import { createKey, uniform53 } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { chiSquare } from "../testing/chi-square.js";
import { argMax, guide, inverseCdf, keepTopK, keepTopP, sample, shape, softmax } from "./draw.js";

const none = Number.NEGATIVE_INFINITY;
const logs = (...probabilities: number[]) => Float64Array.from(probabilities, Math.log);

describe("guide", () => {
  it("moves from the null logits through the conditional ones", () => {
    expect([...guide([1, 2], [0, 4], 0)]).toEqual([0, 4]);
    expect([...guide([1, 2], [0, 4], 1)]).toEqual([1, 2]);
    expect([...guide([1, 2], [0, 4], 3)]).toEqual([3, -2]);
  });
  it("is exactly the conditional logits at scale 1", () => {
    expect([...guide([0.1, 1e-9], [1e9, -1e9], 1)]).toEqual([0.1, 1e-9]);
  });
});

describe("keepTopK", () => {
  it("keeps the largest and their ties", () => {
    expect([...keepTopK(Float64Array.of(3, 1, 2, 2), 2)]).toEqual([3, none, 2, 2]);
    expect([...keepTopK(Float64Array.of(3, 1), 2)]).toEqual([3, 1]);
  });
  it("sorts numbers, not their spelling", () => {
    expect([...keepTopK(Float64Array.of(-10, 9, 100), 1)]).toEqual([none, none, 100]);
  });
});

describe("keepTopP", () => {
  it("keeps a code while the mass before it is at most p", () => {
    const logits = logs(0.5, 0.25, 0.125, 0.125);
    const kept = (mass: number) => [...keepTopP(logits, mass)].map((value) => value > none);
    expect(kept(0.4)).toEqual([true, false, false, false]);
    expect(kept(0.6)).toEqual([true, true, false, false]);
    expect(kept(0.8)).toEqual([true, true, true, false]);
    expect(kept(1)).toEqual([true, true, true, true]);
  });
  it("always keeps the most likely", () => {
    expect([...keepTopP(logs(0.1, 0.9), 1e-9)]).toEqual([none, Math.log(0.9)]);
  });
});

describe("drawing", () => {
  it("takes the first code whose cumulative mass exceeds the draw", () => {
    const probabilities = Float64Array.of(0, 0.25, 0.5, 0.25, 0);
    const picks = [0, 0.2499, 0.25, 0.7499, 0.75, 0.9999].map((u) => inverseCdf(probabilities, u));
    expect(picks).toEqual([1, 1, 2, 2, 3, 3]);
  });
  it("never takes a code of no mass when rounding uses up the sum", () => {
    expect(inverseCdf(Float64Array.of(0.1, 0.2, 0), 1)).toBe(1);
  });
  it("applies temperature before top-k before top-p", () => {
    const logits = logs(0.4, 0.3, 0.2, 0.1);
    const cold = shape(logits, { temperature: 0.5, topK: 3, topP: 0.8 });
    // p² over the first three, of which the first two hold 25/29 > 0.8.
    expect([...cold].map((p) => +p.toFixed(12))).toEqual([
      +(16 / 25).toFixed(12),
      +(9 / 25).toFixed(12),
      0,
      0,
    ]);
  });
  it("is greedy at temperature 0, the lowest code on ties", () => {
    expect(sample(Float64Array.of(1, 5, 5), { temperature: 0, topK: 1, topP: 1 }, 0.9)).toBe(1);
    expect(argMax([2, 2])).toBe(0);
  });
  it.each([
    { temperature: 1, topK: 8, topP: 1 },
    { temperature: 1.3, topK: 5, topP: 1 },
    { temperature: 0.8, topK: 8, topP: 0.9 },
  ])("follows the softmax: %j", (how) => {
    const logits = Float64Array.of(0.3, -1, 2, 0.5, 1.5, -0.2, 0, 1);
    const draws = uniform53(createKey(5), 20_000);
    const counts = new Float64Array(8);
    for (const draw of draws) counts[sample(logits, how, draw)]! += 1;
    expect(chiSquare(counts, shape(logits, how))).toBeGreaterThan(0.01);
  });
  it("the test of it finds a wrong distribution", () => {
    const counts = Float64Array.of(5000, 5200, 4800, 5000);
    expect(chiSquare(counts, Float64Array.of(0.25, 0.25, 0.25, 0.25))).toBeLessThan(0.01);
  });
  it("survives logits that overflow", () => {
    expect([...softmax(Float64Array.of(1000, none, 1000))]).toEqual([0.5, 0, 0.5]);
  });
});
