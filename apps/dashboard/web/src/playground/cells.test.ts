import { describe, expect, it } from "vitest";
import {
  brushCells,
  cellsOf,
  codesAsRows,
  collage,
  factorOf,
  firstChoice,
  mixCodes,
  placeOf,
  shownGrid,
} from "./cells.js";

const codebooks = [
  { name: "visual", size: 8, grid: [2, 2] as const },
  { name: "semantic", size: 8, grid: [2, 2] as const },
];

describe("cells", () => {
  it("lie as in the image, and codes of a single row as near to a square as they fit", () => {
    expect(shownGrid([16, 16])).toEqual([16, 16]);
    expect(shownGrid([1, 1])).toEqual([1, 1]);
    expect(shownGrid([1, 32])).toEqual([4, 8]);
    expect(shownGrid([1, 7])).toEqual([1, 7]);
    expect(placeOf(5, [2, 4])).toBe("row 2, column 2");
  });

  it("are found by their code", () => {
    expect(cellsOf(Int32Array.of(3, 1, 3, 2), 3)).toEqual([0, 2]);
  });

  it("under a brush end with the grid", () => {
    expect(brushCells(4, [3, 3], 1)).toEqual([4]);
    expect(brushCells(4, [3, 3], 2)).toEqual([4, 5, 7, 8]);
    expect(brushCells(8, [3, 3], 2)).toEqual([8]);
    expect(brushCells(0, [3, 3], 4)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

it("a codebook belongs to the factor that its name begins with", () => {
  const factors = ["semantic", "semanticHigh", "visual"];
  const names = ["visual", "visualLevel2", "semanticHigh", "semanticHighScale1", "other"];
  expect(names.map((name) => factorOf(name, factors))).toEqual([
    "visual",
    "visual",
    "semanticHigh",
    "semanticHigh",
    undefined,
  ]);
});

describe("codes of two images", () => {
  const codes = (start: number) => ({
    visual: Int32Array.from({ length: 4 }, (_, i) => start + i),
    semantic: Int32Array.from({ length: 4 }, (_, i) => start + 10 + i),
  });

  it("begin with one codebook of the first and the rest of the second", () => {
    const mixed = mixCodes(firstChoice(codebooks), [codes(100), codes(200)]);
    expect([...mixed.visual!]).toEqual([100, 101, 102, 103]);
    expect([...mixed.semantic!]).toEqual([210, 211, 212, 213]);
  });

  it("mix cell by cell, and so do the pictures below them", () => {
    const cells = Uint8Array.of(0, 1, 1, 0);
    const mixed = mixCodes({ visual: cells }, [codes(100), codes(200)]);
    expect([...mixed.visual!]).toEqual([100, 201, 202, 103]);
    const picture = (value: number) => ({
      width: 4,
      height: 4,
      data: new Uint8Array(48).fill(value),
    });
    const { data } = collage(cells, [2, 2], [picture(1), picture(2)]);
    const red = Array.from({ length: 16 }, (_, i) => data[3 * i]);
    expect(red).toEqual([1, 1, 2, 2, 1, 1, 2, 2, 2, 2, 1, 1, 2, 2, 1, 1]);
  });

  it("are written row by row", () => {
    expect(codesAsRows(codes(0), codebooks)).toEqual({
      visual: [
        [0, 1],
        [2, 3],
      ],
      semantic: [
        [10, 11],
        [12, 13],
      ],
    });
  });
});
