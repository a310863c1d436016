import fc from "fast-check";
import { expect, it } from "vitest";
import { arranged, natural, permutation, reshapedLayout, sameOrder } from "./layout.js";

const size = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1);

/** The logical index (row-major in `shape`) of each element of an array, in the order of its layout. */
function elements(shape: readonly number[], layout: readonly number[]): number[] {
  const strides = shape.map((_, axis) => size(shape.slice(axis + 1)));
  let found = [0];
  for (const axis of layout)
    found = found.flatMap((base) =>
      Array.from({ length: shape[axis]! }, (_, i) => base + i * strides[axis]!),
    );
  return found;
}

const sides = fc.array(fc.constantFrom(1, 2, 3, 4, 6), { minLength: 1, maxLength: 5 });
const arrays = sides.chain((shape) =>
  fc.record({
    shape: fc.constant(shape),
    layout: fc.shuffledSubarray(natural(shape.length), { minLength: shape.length }),
  }),
);

/** Another shape of as many elements: the prime factors, cut elsewhere, with ones in between. */
const reshapes = arrays.chain(({ shape, layout }) => {
  const factors = shape.flatMap((side) => (side === 4 ? [2, 2] : side === 6 ? [2, 3] : [side]));
  return fc
    .array(fc.boolean(), { minLength: factors.length, maxLength: factors.length })
    .map((joins) => {
      const to: number[] = [];
      for (const [index, factor] of factors.entries())
        if (joins[index] && to.length > 0) to.push(to.pop()! * factor);
        else to.push(factor);
      return { from: shape, layout, to };
    });
});

it("a reshape with a layout of its own moves no elements", () => {
  fc.assert(
    fc.property(reshapes, ({ from, layout, to }) => {
      const result = reshapedLayout(layout, from, to);
      if (!result) return;
      expect(result.toSorted((a, b) => a - b)).toEqual(natural(to.length));
      expect(elements(to, result)).toEqual(elements(from, layout));
    }),
    { numRuns: 500 },
  );
});

it("finds the layouts that keep a group normalisation where it is", () => {
  const grouped = reshapedLayout([0, 3, 1, 2], [2, 4, 4, 8], [2, 16, 2, 4]);
  expect(grouped).toEqual([0, 2, 3, 1]);
  expect(reshapedLayout(grouped!, [2, 16, 2, 4], [2, 4, 4, 8])).toEqual([0, 3, 1, 2]);
  expect(reshapedLayout([0, 3, 1, 2], [2, 4, 4, 8], [32, 8])).toBeUndefined();
});

it("layouts of the same order differ in axes of length 1 only", () => {
  fc.assert(
    fc.property(arrays, arrays, ({ shape, layout }, other) => {
      const second = other.layout.length === layout.length ? other.layout : natural(shape.length);
      const equal = elements(shape, layout).join() === elements(shape, second).join();
      expect(sameOrder(shape, layout, second)).toBe(equal);
    }),
  );
});

it("permutations lead from one layout to another", () => {
  fc.assert(
    fc.property(arrays, ({ shape, layout }) => {
      const perm = permutation(natural(shape.length), layout);
      expect(perm.map((axis) => shape[axis])).toEqual(arranged(shape, layout));
    }),
  );
});
