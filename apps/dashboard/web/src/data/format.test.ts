import { expect, it } from "vitest";
import { formatBytes } from "./format.js";

it("writes bytes with a unit that suits them", () => {
  expect([0, 999, 1000, 15_400, 411_000_000, 2.5e9, 7e15].map(formatBytes)).toEqual([
    "0 B",
    "999 B",
    "1.00 kB",
    "15.4 kB",
    "411 MB",
    "2.50 GB",
    "7000 TB",
  ]);
  expect(formatBytes(undefined)).toBe("–");
});
