import { expect, it } from "vitest";
import {
  fit,
  formatBar,
  formatBytes,
  formatDuration,
  formatRate,
  visibleLength,
} from "./format.js";

it("draws bars that are full only at the end", () => {
  expect(formatBar(0)).toBe("░".repeat(20));
  expect(formatBar(0.63)).toBe("████████████░░░░░░░░");
  expect(formatBar(0.999)).toBe(`${"█".repeat(19)}░`);
  expect(formatBar(2)).toBe("█".repeat(20));
});

it("says durations, rates and sizes as people do", () => {
  expect([7.2, 60, 112, 3600, 7500].map(formatDuration)).toEqual([
    "7 s",
    "1 min",
    "1 min 52 s",
    "1 h",
    "2 h 5 min",
  ]);
  expect([412.4, 3.42].map(formatRate)).toEqual(["412 img/s", "3.4 img/s"]);
  expect([999, 1600, 82_000_000_000].map(formatBytes)).toEqual(["999 B", "1.6 kB", "82 GB"]);
});

it("cuts lines to a terminal's width without cutting colours", () => {
  const coloured = "\u001b[32mgreen\u001b[39m and more";
  expect(visibleLength(coloured)).toBe(14);
  expect(fit(coloured, 14)).toBe(coloured);
  expect(fit(coloured, 6)).toBe("\u001b[32mgreen\u001b[39m…");
});
