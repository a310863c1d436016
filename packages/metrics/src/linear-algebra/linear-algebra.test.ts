import { createKey, normal, uniform53 } from "@fqgan/tensor";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addScatter,
  type Matrix,
  matrix,
  multiplyTransposed,
  nuclearNorm,
  pivotedCholesky,
  singularValues,
  transpose,
} from "./index.js";
import { tridiagonalEigenvalues } from "./tridiagonal.js";

const random = (seed: number, rows: number, columns: number): Matrix =>
  matrix(rows, columns, Float64Array.from(normal(createKey(seed), rows * columns)));

/** An orthogonal matrix: a product of reflections. */
function orthogonal(seed: number, size: number): Matrix {
  let product = matrix(size, size);
  for (let i = 0; i < size; i++) product.data[i * size + i] = 1;
  for (let step = 0; step < size; step++) {
    const v = Float64Array.from(normal(createKey(1000 * seed + step), size));
    const square = v.reduce((sum, value) => sum + value * value, 0);
    const reflection = matrix(size, size);
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++)
        reflection.data[i * size + j] = Number(i === j) - (2 * v[i]! * v[j]!) / square;
    product = multiplyTransposed(product, reflection);
  }
  return product;
}

/** u·diag(values)·vᵀ */
function compose(u: Matrix, values: Float64Array, v: Matrix): Matrix {
  const scaled = matrix(u.rows, u.columns, u.data.slice());
  for (let i = 0; i < u.rows; i++)
    for (let j = 0; j < u.columns; j++) scaled.data[i * u.columns + j]! *= values[j]!;
  return multiplyTransposed(scaled, v);
}

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));

const sizes = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 1000 }));

describe("tridiagonalEigenvalues", () => {
  it("finds those of the second difference, 2 - 2 cos(πk / (n + 1))", () => {
    for (const size of [1, 2, 5, 40]) {
      const found = tridiagonalEigenvalues(
        new Float64Array(size).fill(2),
        new Float64Array(size).fill(-1),
      );
      const expected = Array.from(
        { length: size },
        (_, k) => 2 - 2 * Math.cos((Math.PI * (k + 1)) / (size + 1)),
      );
      expect(largestDifference(found, expected)).toBeLessThan(1e-14);
    }
  });
  it("handles uncoupled and zero matrices", () => {
    expect([...tridiagonalEigenvalues(Float64Array.of(3, 1), Float64Array.of(0))]).toEqual([1, 3]);
    expect([...tridiagonalEigenvalues(new Float64Array(3), new Float64Array(3))]).toEqual([
      0, 0, 0,
    ]);
  });
});

describe("singularValues", () => {
  it("finds the singular values that a matrix was made of, wide or tall", async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async ([size, seed]) => {
        const values = Float64Array.from(uniform53(createKey(seed), size), (u) => 5 * u)
          .sort()
          .reverse();
        const tall = compose(orthogonal(seed, size), values, orthogonal(seed + 1, size));
        expect(largestDifference(await singularValues(tall), values)).toBeLessThan(1e-13 * size);
      }),
      { numRuns: 40 },
    );
  });
  it("have the matrix's squared length and are those of its transpose", async () => {
    const a = random(5, 9, 6);
    const square = (values: Float64Array) => values.reduce((sum, value) => sum + value * value, 0);
    expect(square(await singularValues(a))).toBeCloseTo(square(a.data), 12);
    expect(
      largestDifference(await singularValues(transpose(a)), await singularValues(a)),
    ).toBeLessThan(1e-14);
  });
  it("say so when they are given NaN", async () => {
    const a = matrix(3, 3);
    a.data.fill(Number.NaN);
    await expect(singularValues(a)).rejects.toThrow(/NaN/);
  });
  it("keeps what squaring would lose: 1e-10 beside 1", async () => {
    const values = Float64Array.of(1, 1e-10, 0);
    const found = await singularValues(compose(orthogonal(1, 3), values, orthogonal(2, 3)));
    expect(largestDifference(found, values)).toBeLessThan(1e-15);
  });
  it("takes empty and zero matrices", async () => {
    expect(await nuclearNorm(matrix(0, 4))).toBe(0);
    expect(await nuclearNorm(matrix(3, 2))).toBe(0);
  });
});

describe("pivotedCholesky", () => {
  it("has the matrix as FᵀF and its rank as rows", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 14 }),
        fc.integer({ min: 0, max: 1000 }),
        (columns, rows, seed) => {
          const s = matrix(columns, columns);
          addScatter(s, random(seed, rows, columns));
          const factor = pivotedCholesky(s);
          expect(factor.rows).toBe(Math.min(rows, columns));
          const back = matrix(columns, columns);
          addScatter(back, factor);
          expect(largestDifference(back.data, s.data)).toBeLessThan(1e-12);
        },
      ),
      { numRuns: 40 },
    );
  });
  it("leaves dead features out", () => {
    const s = matrix(3, 3, Float64Array.of(4, 0, 2, 0, 0, 0, 2, 0, 5));
    expect(pivotedCholesky(s).rows).toBe(2);
  });
});
