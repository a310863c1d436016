import { describe, expect, it } from "vitest";
import { centreCrop, crop, flip, placedCrop, resizeSmallerSide } from "./crop.js";
import type { Image } from "./image.js";

/** Value at (y, x, c) is 10 y + x + 100 c. */
function ramp(width: number, height: number): Image {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < 3; c++) data[(y * width + x) * 3 + c] = 10 * y + x + 100 * c;
  return { width, height, channels: 3, data };
}

const firstChannel = ({ data }: Image) => [...data.filter((_, i) => i % 3 === 0)];

describe("crop and flip", () => {
  it("cuts a rectangle", () => {
    const cut = crop(ramp(5, 4), { left: 1, top: 2, width: 3, height: 2 });
    expect([cut.width, cut.height]).toEqual([3, 2]);
    expect(firstChannel(cut)).toEqual([21, 22, 23, 31, 32, 33]);
    expect(cut.data[1]).toBe(121);
  });

  it("mirrors left to right and back", () => {
    const image = ramp(3, 2);
    expect(firstChannel(flip(image))).toEqual([2, 1, 0, 12, 11, 10]);
    expect(flip(flip(image))).toEqual(image);
  });
});

describe("ADM crops", () => {
  it("leaves an image of the right size as it is", () => {
    expect(centreCrop(ramp(6, 6), 6)).toEqual(ramp(6, 6));
  });

  it("takes the middle, rounding down", () => {
    expect(firstChannel(centreCrop(ramp(5, 2), 2))).toEqual([1, 2, 11, 12]);
    expect(firstChannel(centreCrop(ramp(2, 5), 2))).toEqual([10, 11, 20, 21]);
  });

  it("rounds the longer side half to even, as Python does", () => {
    expect(resizeSmallerSide(ramp(6, 4), 3).width).toBe(4); // 4.5
    expect(resizeSmallerSide(ramp(10, 4), 3).width).toBe(8); // 7.5
  });

  it.each([
    [3, 3],
    [2, 9],
    [200, 31],
    [1, 1],
  ])("makes a square of any %i×%i image", (width, height) => {
    const square = centreCrop(ramp(width, height), 8);
    expect([square.width, square.height, square.data.length]).toEqual([8, 8, 8 * 8 * 3]);
  });

  it("places training crops anywhere, borders included", () => {
    const image = ramp(6, 4);
    const at = (left: number, top: number) =>
      firstChannel(placedCrop(image, { size: 2, smallerSide: 4, left, top }))[0];
    expect(at(0, 0)).toBe(0);
    expect(at(0.999, 0)).toBe(4);
    expect(at(0, 0.999)).toBe(20);
  });
});
