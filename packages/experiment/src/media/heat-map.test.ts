import { expect, it } from "vitest";
import { heatColour, heatMap } from "./heat-map.js";

it("goes from black to white with brightness always rising", () => {
  expect(heatColour(0)).toEqual([0, 0, 0]);
  expect(heatColour(2)).toEqual(heatColour(1));
  const brightness = Array.from({ length: 11 }, (_, i) =>
    heatColour(i / 10).reduce((sum, value) => sum + value, 0),
  );
  for (let i = 1; i < brightness.length; i++)
    expect(brightness[i]!).toBeGreaterThan(brightness[i - 1]!);
});

it("shows a grid's cells as squares, the largest white", () => {
  const map = heatMap([0, 1, 2, 3, 4, 4], { grid: [2, 3], side: 30, most: 4 });
  expect([map.width, map.height]).toEqual([30, 20]);
  expect([...map.data.subarray(0, 3)]).toEqual([0, 0, 0]);
  expect([...map.data.subarray(-3)]).toEqual(heatColour(1));
  expect([...heatMap([0, 0], { grid: [1, 2], side: 2, most: 0 }).data]).toEqual(Array(6).fill(0));
});
