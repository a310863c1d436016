import type { RunDescription } from "./api.js";
import type { HistogramValue, ImageValue } from "./media.js";

/** A value of a row: a number, a picture or a histogram. */
export type HistoryValue = number | ImageValue | HistogramValue;

/** One line of history. */
export interface HistoryRow {
  readonly step: number;
  /** Unix time. */
  readonly timeMs: number;
  /** Since the run's start. */
  readonly runtimeMs: number;
  readonly values: Readonly<Record<string, HistoryValue>>;
}

/** What the machine did at one moment. */
export interface SystemRow {
  readonly timeMs: number;
  readonly runtimeMs: number;
  /** Names without the `system.` that W&B puts in front. */
  readonly values: Readonly<Record<string, number>>;
}

/** One line of a run's log. */
export interface LogLine {
  readonly timeMs: number;
  readonly level: "info" | "error";
  readonly text: string;
}

/**
 * What a run has recorded so far. It is asked again and again while the run goes on; what it has said
 * of a line number once it says every time, which is what makes sending something twice harmless.
 */
export interface RunSource {
  describe(): RunDescription;
  /** Rows from this line number on. */
  history(from: number): readonly HistoryRow[];
  system(from: number): readonly SystemRow[];
  log(from: number): readonly LogLine[];
  /** Final numbers, or the latest of each. */
  summary(): Readonly<Record<string, number>>;
  /** The exit code when the run has ended. */
  ended(): number | undefined;
}
