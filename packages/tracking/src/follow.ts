import type { WandbRun } from "./run.js";
import { type Clock, systemClock } from "./transport.js";

/** The service takes at most one request in this time from a run. */
const EVERY_MS = 15_000;
const HEARTBEAT_MS = 30_000;

/**
 * Sends a run while it goes on, until it has ended or the signal aborts. Whatever goes wrong is told to
 * `onTrouble` and tried again: nothing is thrown, because tracking must never stop a training.
 */
export async function followRun(options: {
  readonly run: Pick<WandbRun, "push" | "heartbeat">;
  readonly signal: AbortSignal;
  /** Someone pressed Stop in the browser. */
  readonly onStop: () => void;
  readonly onTrouble: (error: Error) => void;
  readonly everyMs?: number;
  readonly clock?: Clock;
}): Promise<"complete" | "left"> {
  const { run, signal, onStop, onTrouble, everyMs = EVERY_MS, clock = systemClock } = options;
  let toldStop = false;
  let lastMs = clock.now();
  while (!signal.aborted) {
    try {
      const { stopped, complete, requests } = await run.push();
      if (complete) return "complete";
      const isQuiet = requests === 0 && clock.now() - lastMs >= HEARTBEAT_MS;
      const beat = isQuiet ? await run.heartbeat() : { stopped: false };
      if (isQuiet || requests > 0) lastMs = clock.now();
      if ((stopped || beat.stopped) && !toldStop) {
        toldStop = true;
        onStop();
      }
    } catch (error) {
      if (!signal.aborted) onTrouble(error as Error);
    }
    await clock.sleep(everyMs, signal);
  }
  return "left";
}
