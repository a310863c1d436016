import type { ProgressReport } from "../schema/run-format.js";
import type { PlannedStage } from "../sweep/plan.js";

/** What happens to one stage, as an executor tells it. */
export type StageUpdate =
  | { readonly type: "started" }
  | { readonly type: "progress"; readonly progress: ProgressReport }
  | { readonly type: "warning"; readonly message: string };

/** How one stage ended. */
export type StageOutcome =
  | { readonly status: "done" }
  | { readonly status: "stopped" }
  | { readonly status: "failed"; readonly reason: string; readonly message: string };

/** One stage to run, and how to follow and stop it. */
export interface ExecuteOptions {
  readonly runsFolder: string;
  readonly stage: PlannedStage;
  /** Aborting asks for a checkpoint and an end. */
  readonly signal: AbortSignal;
  readonly onUpdate: (update: StageUpdate) => void;
  /** Train up to this step, save and end: what a search compares halfway. */
  readonly pauseAtStep?: number;
}

/** Start it, try again when something has ended, or never (with the reason). */
export type Admission = "now" | "later" | { readonly never: string };

/** Where stages run: here a process of this machine, elsewhere a cluster. */
export interface Executor {
  readonly name: string;
  /** How many stages may run at once. */
  readonly parallel: number;
  /** Whether stages go on when this program ends. */
  readonly leavesRunning: boolean;
  /** Whether a stage may start beside those that run: an executor that knows its memory says so. */
  admits?(stage: PlannedStage, running: readonly PlannedStage[]): Admission;
  execute(options: ExecuteOptions): Promise<StageOutcome>;
  /** Ends what runs now without waiting for checkpoints. */
  kill(): void;
}
