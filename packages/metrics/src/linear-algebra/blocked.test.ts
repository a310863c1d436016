/** The ways of large matrices, tried on small ones. */
import { createKey, normal } from "@fqgan/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reduceToBand } from "./band.js";
import { chaseToBidiagonal } from "./chase.js";
import { blockedCholesky } from "./cholesky-blocked.js";
import { productTransposed } from "./factor.js";
import { addScatter, type Matrix, matrix, multiplyTransposed, singularValues } from "./index.js";
import { singularValuesOfBidiagonal } from "./singular-values.js";

const random = (seed: number, rows: number, columns: number): Matrix =>
  matrix(rows, columns, Float64Array.from(normal(createKey(seed), rows * columns)));

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));

const byBand = async (a: Matrix, bandwidth: number) =>
  singularValuesOfBidiagonal(chaseToBidiagonal(await reduceToBand(a, bandwidth)));

describe("a band on the way to singular values", () => {
  it("has those of the matrix, for every shape and bandwidth", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 0, max: 15 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 0, max: 1000 }),
        async (columns, more, bandwidth, seed) => {
          const a = random(seed, columns + more, columns);
          const expected = await singularValues(a);
          expect(largestDifference(await byBand(a, bandwidth), expected)).toBeLessThan(1e-12);
        },
      ),
      { numRuns: 60 },
    );
  });
  it("takes matrices of low rank and of zeros", async () => {
    const [tall, wide] = [random(1, 30, 3), random(2, 20, 3)];
    const low = multiplyTransposed(tall, wide); // rank 3 of 20
    const found = await byBand(low, 4);
    expect(largestDifference(found, await singularValues(low))).toBeLessThan(1e-12);
    expect(found[3]).toBeLessThan(1e-12);
    expect([...(await byBand(matrix(9, 9), 4))]).toEqual(new Array(9).fill(0));
  });
  it("is what large matrices take", async () => {
    const a = random(3, 300, 270);
    const found = await singularValues(a);
    expect(largestDifference(found, await byBand(a, 5))).toBeLessThan(1e-11);
    const squares = found.reduce((sum, value) => sum + value * value, 0);
    expect(squares / a.data.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 12);
  });
});

describe("blockedCholesky", () => {
  it("has the matrix as FᵀF, across blocks", async () => {
    const size = 300;
    const s = matrix(size, size);
    addScatter(s, random(4, 2 * size, size));
    for (let i = 0; i < size; i++)
      for (let j = 0; j < i; j++) s.data[i * size + j] = s.data[j * size + i]!;
    const factor = await blockedCholesky(s);
    const back = matrix(size, size);
    addScatter(back, factor!);
    let largest = 0;
    for (let i = 0; i < size; i++)
      for (let j = i; j < size; j++)
        largest = Math.max(largest, Math.abs(back.data[i * size + j]! - s.data[i * size + j]!));
    expect(largest).toBeLessThan(1e-10);
  });
  it("leaves a singular matrix to the pivoted one", async () => {
    const size = 140;
    const s = matrix(size, size);
    for (let i = 0; i < size; i++) s.data[i * size + i] = i === 135 ? 0 : 1;
    expect(await blockedCholesky(s)).toBeUndefined();
  });
});

it("productTransposed is the same by either way", async () => {
  const [a, b] = [random(5, 260, 257), random(6, 300, 257)];
  const difference = largestDifference(
    (await productTransposed(a, b)).data,
    multiplyTransposed(a, b).data,
  );
  expect(difference).toBeLessThan(1e-11);
});
