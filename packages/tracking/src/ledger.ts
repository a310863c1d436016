import type { RemoteRun } from "./api.js";

/** What the service has acknowledged; kept with the run, because the service's own counts lag. */
export interface LedgerState {
  readonly version: 1;
  readonly run: RemoteRun;
  /** Next line numbers. */
  readonly offsets: Readonly<Record<StreamName, number>>;
  /** Files that were uploaded. */
  readonly uploaded: readonly string[];
  readonly complete: boolean;
}

export const STREAM_NAMES = ["history", "events", "log"] as const;
export type StreamName = (typeof STREAM_NAMES)[number];

/** Where a ledger is kept. */
export interface Ledger {
  load(): LedgerState | undefined;
  /** Must replace the old state in one step. */
  save(state: LedgerState): void;
}

/** A ledger that is gone with the process. */
export function memoryLedger(): Ledger {
  let state: LedgerState | undefined;
  return {
    load: () => state,
    save(next) {
      state = next;
    },
  };
}
