import { expect, it } from "vitest";
import { smooth } from "./smooth.js";

it("changes nothing at 0, keeps a constant and gaps, and starts without a pull to zero", () => {
  expect(smooth([1, null, 3], 0)).toEqual([1, null, 3]);
  for (const value of smooth([5, 5, null, 5], 0.9))
    if (value !== null) expect(value).toBeCloseTo(5);
  expect(smooth([5, 5, null, 5], 0.9)[2]).toBeNull();
  // weights 0.25 and 0.5 over 0.75
  expect(smooth([0, 3], 0.5)[1]).toBeCloseTo(2);
});
