import { describe, expect, it } from "vitest";
import { createKey } from "./random.js";
import { RandomStream } from "./random-stream.js";

const step = (stream: RandomStream) => [
  [...stream.uniform([2, 2]).dataSync()],
  [...stream.normal([4]).dataSync()],
  [...stream.uniform([2, 2]).dataSync()],
];

describe("RandomStream", () => {
  it("draws other numbers at every place and step, the same for a key", () => {
    const stream = new RandomStream(createKey(1));
    const first = step(stream);
    stream.advance();
    const second = step(stream);
    expect(new Set([...first, ...second].map(String)).size).toBe(6);
    expect(step(new RandomStream(createKey(1)))).toEqual(first);
    expect(step(new RandomStream(createKey(2)))).not.toEqual(first);
  });

  it("goes on from a restored step", () => {
    const stream = new RandomStream(createKey(1));
    for (let i = 0; i < 3; i++) {
      step(stream);
      stream.advance();
    }
    const restored = new RandomStream(createKey(1));
    restored.step = 3;
    expect(step(restored)).toEqual(step(stream));
  });

  it("draws from the distributions it names", () => {
    const stream = new RandomStream(createKey(3));
    const moments = (values: ArrayLike<number>) => {
      const all = Array.from(values);
      const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
      return [mean, all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / all.length] as const;
    };
    const [uniformMean, uniformVariance] = moments(stream.uniform([20_000]).dataSync());
    expect(uniformMean).toBeCloseTo(0.5, 2);
    expect(uniformVariance).toBeCloseTo(1 / 12, 2);
    const [normalMean, normalVariance] = moments(stream.normal([20_000]).dataSync());
    expect(normalMean).toBeCloseTo(0, 1);
    expect(normalVariance).toBeCloseTo(1, 1);
  });
});
