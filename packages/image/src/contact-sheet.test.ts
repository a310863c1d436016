import { describe, expect, it } from "vitest";
import { contactSheet, inRows } from "./contact-sheet.js";
import type { Image } from "./image.js";

const plain = (value: number, width = 1, height = 1): Image => ({
  width,
  height,
  channels: 3,
  data: new Uint8Array(width * height * 3).fill(value),
});
const rowsOf = ({ data, width, height }: Image) =>
  Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => data[(y * width + x) * 3]!),
  );

describe("contactSheet", () => {
  it("lays pictures out in rows with gaps", () => {
    const sheet = contactSheet([[plain(1), plain(2)], [plain(3)]], { gap: 1 });
    expect(rowsOf(sheet)).toEqual([
      [255, 255, 255, 255, 255],
      [255, 1, 255, 2, 255],
      [255, 255, 255, 255, 255],
      [255, 3, 255, 255, 255],
      [255, 255, 255, 255, 255],
    ]);
  });

  it("enlarges without smoothing, in cells as large as the largest picture", () => {
    const sheet = contactSheet([[plain(1, 2, 1), plain(2)]], {
      gap: 0,
      scale: 2,
      background: [9, 9, 9],
    });
    expect(rowsOf(sheet)).toEqual([
      [1, 1, 1, 1, 2, 2, 9, 9],
      [1, 1, 1, 1, 2, 2, 9, 9],
    ]);
  });

  it("cuts a list into rows", () => {
    expect(inRows([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
    expect(inRows([], 2)).toEqual([]);
  });
});
