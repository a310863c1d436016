import { createKey, normal } from "@fqgan/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frechetDistance } from "./frechet.js";
import { gaussianFromCovariance, Moments } from "./moments.js";

/** Rows with means far from 0 and different scales. */
function rows(seed: number, count: number, columns: number) {
  const data = normal(createKey(seed), count * columns);
  data.forEach((value, i) => {
    data[i] = value * (1 + (i % columns)) + 10 * (i % columns);
  });
  return { shape: [count, columns], data };
}

const of = (...parts: { shape: number[]; data: Float32Array }[]) => {
  const moments = new Moments();
  for (const part of parts) moments.append(part);
  return moments;
};

const part = ({ shape, data }: ReturnType<typeof rows>, from: number, to: number) => ({
  shape: [to - from, shape[1]!],
  data: data.subarray(from * shape[1]!, to * shape[1]!),
});

describe("Moments", () => {
  it("are the same to the bit for every batch size", () => {
    const all = rows(1, 23, 4);
    const expected = of(all).covariance();
    for (const size of [1, 2, 3, 5, 22]) {
      const parts = Array.from({ length: Math.ceil(23 / size) }, (_, i) =>
        part(all, i * size, Math.min(23, (i + 1) * size)),
      );
      expect(of(...parts).covariance()).toEqual(expected);
    }
  });
  it("merge to what one pass gives", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 29 }),
        fc.integer({ min: 1, max: 8 }),
        async (cut, columns) => {
          const all = rows(2, 30, columns);
          const merged = of(part(all, 0, cut));
          merged.merge(of(part(all, cut, 30)).state());
          expect(merged.count).toBe(30);
          const [one, two] = [of(all).gaussian(), merged.gaussian()];
          const { raw } = await frechetDistance(one, two);
          expect(Math.abs(raw) / one.trace).toBeLessThan(1e-13);
        },
      ),
      { numRuns: 40 },
    );
  });
  it("have the textbook mean and covariance", () => {
    const { mean, covariance } = of({
      shape: [3, 2],
      data: Float32Array.of(1, 2, 3, 2, 5, 8),
    }).covariance();
    expect([...mean]).toEqual([3, 4]);
    expect([...covariance.data]).toEqual([4, 6, 6, 12]);
  });
  it("have the same Gaussian from rows and from their covariance", async () => {
    const few = of(rows(3, 6, 8));
    const [kept, squared] = [few.gaussian(), gaussianFromCovariance(few.covariance())];
    expect((await kept.factor()).rows).toBe(5);
    expect(squared.trace).toBeCloseTo(kept.trace, 9);
    expect((await frechetDistance(kept, squared)).raw / kept.trace).toBeCloseTo(0, 6);
  });
});
