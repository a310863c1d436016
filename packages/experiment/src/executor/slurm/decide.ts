import type { Failure, RunStatus } from "../../schema/run-format.js";
import type { TaskState } from "./queue.js";

/** What the run folder and the queue say of a submitted stage. */
export interface Facts {
  readonly status: RunStatus;
  /** The `failed` marker. */
  readonly failure: Failure | undefined;
  /** When the stage last said that it had stopped with everything saved. */
  readonly stoppedMs: number | undefined;
  /** Undefined: the queue does not know it (any more). */
  readonly task: TaskState | undefined;
  readonly submittedMs: number;
  /** Since when the task has not been in the queue as waiting or running. */
  readonly absentMs: number;
  readonly graceMs: number;
}

export type Decision =
  | { readonly type: "wait" }
  | { readonly type: "done" }
  | { readonly type: "stopped" }
  /** Nothing ever came of it: submit it again. */
  | { readonly type: "lost" }
  | { readonly type: "failed"; readonly reason: string; readonly message: string };

/** Slurm's words for an end that the stage could not tell of itself. */
const REASONS: Readonly<Record<string, string>> = {
  OUT_OF_MEMORY: "out-of-memory",
  TIMEOUT: "timeout",
  DEADLINE: "timeout",
  PREEMPTED: "preempted",
  NODE_FAIL: "preempted",
  BOOT_FAIL: "preempted",
  REVOKED: "preempted",
  CANCELLED: "cancelled",
};

/** A folder on a shared file system can be seconds behind the queue. */
const SETTLE_MS = 3000;

/**
 * What has become of a stage. The run folder decides: a controller that was killed forgets jobs whose ids
 * it had given out, and starts running tasks a second time (that copy meets the claim and ends). The queue
 * is only asked whether anything can still come.
 */
export function decide(facts: Facts): Decision {
  const { status, failure, stoppedMs, task, submittedMs, absentMs, graceMs } = facts;
  if (status === "done") return { type: "done" };
  if (status === "running") return { type: "wait" };
  if (task && task.where !== "ended") return { type: "wait" };
  if (absentMs < SETTLE_MS) return { type: "wait" };
  if (failure && failure.time >= submittedMs)
    return { type: "failed", reason: failure.reason, message: failure.message };
  if (stoppedMs !== undefined && stoppedMs >= submittedMs) return { type: "stopped" };
  if (!task) return absentMs < graceMs ? { type: "wait" } : { type: "lost" };
  const reason = REASONS[task.state];
  // Ended without a word: another copy held the claim, or the node went away with it.
  if (!reason) return { type: "lost" };
  return { type: "failed", reason, message: `Slurm says ${task.state}` };
}
