import { expect, it, vi } from "vitest";
import type { ProgressReport } from "../schema/run-format.js";
import { passOver } from "./pass.js";

it("shows a rate that leaves out what was done before, and the seconds left; ends when told to", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const reports: ProgressReport[] = [];
  const stop = new AbortController();
  const advance = passOver("sample", {
    progress: (progress) => reports.push(progress),
    signal: stop.signal,
  });
  for (const done of [100, 110, 120]) {
    advance(done, 200);
    vi.advanceTimersByTime(2000);
  }
  vi.useRealTimers();
  const at = { phase: "sample", total: 200 };
  expect(reports).toEqual([
    { ...at, step: 100, ratePerSecond: null, secondsLeft: null },
    { ...at, step: 110, ratePerSecond: 5, secondsLeft: 18 },
    { ...at, step: 120, ratePerSecond: 5, secondsLeft: 16 },
  ]);
  stop.abort();
  expect(() => advance(130, 200)).toThrow(stop.signal.reason);
});
