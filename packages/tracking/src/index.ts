export {
  type LineCounts,
  type RemoteRun,
  type RunDescription,
  type StreamRequest,
  WandbApi,
} from "./api.js";
export {
  WANDB_MODES,
  type WandbMode,
  type WandbSettings,
  wandbMode,
  wandbSettings,
} from "./credentials.js";
export { followRun } from "./follow.js";
export { type Ledger, type LedgerState, memoryLedger } from "./ledger.js";
export type { HistogramValue, ImageValue } from "./media.js";
export { type PushResult, WandbRun } from "./run.js";
export type { HistoryRow, HistoryValue, LogLine, RunSource, SystemRow } from "./source.js";
export { type Clock, systemClock, TrackingError, Transport } from "./transport.js";
