import type { ProgressReport } from "../schema/run-format.js";

/** A line a phase and one in so many seconds are enough for a log. */
const LINE_MS = 10_000;
const LINE = /^\d\d:\d\d:\d\d \S+ \d+\/\d+.*\n?/gm;

/** Prints where a stage is, now and then: "12:03:50 train 120/1000, 45.2 images/s". */
export function progressLog(
  print: (line: string) => void,
  nowMs: () => number = () => Date.now(),
): (progress: ProgressReport) => void {
  let last = { phase: "", at: 0 };
  return ({ phase, step, total, ratePerSecond }) => {
    const at = nowMs();
    if (phase === last.phase && at - last.at < LINE_MS) return;
    last = { phase, at };
    const rate = ratePerSecond ? `, ${ratePerSecond.toFixed(1)} images/s` : "";
    print(`${new Date(at).toISOString().slice(11, 19)} ${phase} ${step}/${total}${rate}`);
  };
}

/** What else a stage printed: why it ended. */
export const withoutProgress = (text: string): string => text.replace(LINE, "").trim();
