import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  followRun,
  type Ledger,
  type LedgerState,
  Transport,
  WandbApi,
  WandbRun,
  type WandbSettings,
} from "@fqgan/tracking";
import { writeJsonAtomic } from "../store/atomic-file.js";
import { requestStop } from "../store/stop-request.js";
import { runSource, type TrackedAs } from "./run-source.js";

/** Sends runs somewhere while they go on. Whatever goes wrong there, the runs do not notice. */
export interface Tracker {
  /** Begins to send a run; again does nothing. */
  follow(folder: string): void;
  /** Waits for what has ended to be sent, for at most this long. @returns folders with something left */
  close(waitMs: number): Promise<string[]>;
}

/** `wandb.json` in the run folder. */
export function folderLedger(folder: string): Ledger {
  const path = join(folder, "wandb.json");
  return {
    load() {
      if (!existsSync(path)) return undefined;
      const state = JSON.parse(readFileSync(path, "utf8")) as LedgerState;
      return state.version === 1 ? state : undefined;
    },
    save: (state) => writeJsonAtomic(path, state),
  };
}

/** One run folder on W&B. */
export function wandbRun(folder: string, setting: { api: WandbApi; as: TrackedAs }): WandbRun {
  const { api, as } = setting;
  return new WandbRun({ api, source: runSource(folder, as), ledger: folderLedger(folder) });
}

/** A tracker that follows runs to Weights & Biases while they go on; it never throws. */
export function wandbTracker(setting: {
  readonly settings: WandbSettings;
  readonly as: TrackedAs;
  readonly onTrouble: (folder: string, error: Error) => void;
}): Tracker {
  const { settings, as, onTrouble } = setting;
  const ending = new AbortController();
  const api = new WandbApi(settings, new Transport(), ending.signal);
  const following = new Map<string, Promise<"complete" | "left">>();
  return {
    follow(folder) {
      if (following.has(folder)) return;
      const run = wandbRun(folder, { api, as });
      following.set(
        folder,
        followRun({
          run,
          signal: ending.signal,
          onStop: () => requestStop(folder, "stopped in W&B"),
          onTrouble: (error) => onTrouble(folder, error),
        }),
      );
    },
    async close(waitMs) {
      const timer = setTimeout(() => ending.abort(), waitMs);
      const left: string[] = [];
      for (const [folder, ended] of following) if ((await ended) === "left") left.push(folder);
      clearTimeout(timer);
      return left;
    },
  };
}
