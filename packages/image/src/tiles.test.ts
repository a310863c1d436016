import { describe, expect, it } from "vitest";
import type { Image } from "./image.js";
import { cutTiles, joinTiles, tileLayout } from "./tiles.js";

const picture = (width: number, height: number): Image => ({
  width,
  height,
  channels: 3,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 37) % 251),
});

describe("tiles", () => {
  it.each([
    [8, 8, 0],
    [17, 9, 0],
    [20, 31, 3],
    [40, 8, 7],
  ])("of %i×%i overlapping by %i cover it and join to it again", (width, height, overlap) => {
    const image = picture(width, height);
    const layout = tileLayout(image, { tile: 8, overlap });
    expect(joinTiles(cutTiles(image, layout), layout)).toEqual(image);
    const lefts = [...new Set(layout.places.map(({ left }) => left))];
    for (const [i, left] of lefts.slice(1).entries())
      expect(left - lefts[i]!).toBeLessThanOrEqual(8 - overlap);
    expect(lefts.at(-1)).toBe(width - 8);
  });

  it("fade into one another", () => {
    const layout = tileLayout({ width: 12, height: 8 }, { tile: 8, overlap: 4 });
    const [black, white] = [0, 200].map((value) => ({
      ...picture(8, 8),
      data: new Uint8Array(8 * 8 * 3).fill(value),
    }));
    const { data } = joinTiles([black!, white!], layout);
    const row = Array.from({ length: 12 }, (_, x) => data[x * 3]!);
    expect(row.slice(0, 4)).toEqual([0, 0, 0, 0]);
    expect(row.slice(8)).toEqual([200, 200, 200, 200]);
    expect(row.slice(4, 8)).toEqual([40, 80, 120, 160]);
  });

  it("refuse pictures that are smaller than a tile", () => {
    expect(() => tileLayout({ width: 7, height: 9 }, { tile: 8, overlap: 0 })).toThrow(
      "expected a picture of at least 8×8",
    );
  });
});
