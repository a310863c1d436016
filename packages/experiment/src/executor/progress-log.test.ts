import { expect, it } from "vitest";
import { progressLog, withoutProgress } from "./progress-log.js";

it("prints a line a phase and one in ten seconds, which can be told from the rest", () => {
  let now = Date.parse("2025-01-01T12:03:50Z");
  const lines: string[] = [];
  const log = progressLog(
    (line) => lines.push(line),
    () => now,
  );
  const at = (phase: string, step: number, ratePerSecond: number | null = null) =>
    log({ phase, step, total: 100, ratePerSecond, secondsLeft: null });
  at("train", 1);
  now += 9000;
  at("train", 50, 45.2);
  now += 1000;
  at("train", 60, 45.2);
  at("evaluate", 0);
  expect(lines).toEqual([
    "12:03:50 train 1/100",
    "12:04:00 train 60/100, 45.2 images/s",
    "12:04:00 evaluate 0/100",
  ]);
  const printed = `${lines.join("\n")}\nError: boom\n    at x (y:1/2)\n12:05:00 train 2/100\n`;
  expect(withoutProgress(printed)).toBe("Error: boom\n    at x (y:1/2)");
});
