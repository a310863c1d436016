import type { ProgressReport } from "../schema/run-format.js";

/** Messages from a stage's process to the one that started it. */
export type FromStage =
  | { readonly type: "progress"; readonly progress: ProgressReport }
  | { readonly type: "warning"; readonly message: string };

/** And back. */
export type ToStage = { readonly type: "stop" };

/** Exit codes of `stage run`. */
export const STAGE_EXIT = { done: 0, failed: 1, claimed: 75, stopped: 130 } as const;
