import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { parseConfig, UserError } from "@fqgan/registry";
import { type EngineOptions, startEngine } from "@fqgan/tensor";
import type { ProgressReport } from "../schema/run-format.js";
import { DiskFullError } from "../store/disk-error.js";
import { readEvents, readRunConfig, readRunStatus } from "../store/read-run.js";
import { RunFolder } from "../store/run-folder.js";
import { clearStopRequest, isStopRequested } from "../store/stop-request.js";
import { stages } from "./index.js";
import type { StageContext } from "./stage.js";

/** How often progress.json is rewritten. */
const PROGRESS_FILE_MS = 1000;
/** How often the folder is asked whether someone wants the run to stop. */
const STOP_FILE_MS = 1000;

/** How a stage is run; changes nothing about its result. */
export interface RunStageOptions {
  /** Aborting writes a checkpoint at the end of the current step and ends the stage. */
  readonly signal: AbortSignal;
  readonly checkpointEveryMs: number;
  /** Train up to this step, save and end. */
  readonly pauseAtStep?: number;
  readonly engine?: EngineOptions;
  readonly onProgress?: (progress: ProgressReport) => void;
  readonly onWarning?: (message: string) => void;
}

/** Does what a run folder's config says, in this process, from its last checkpoint if there is one. */
export async function runStage(
  folder: string,
  options: RunStageOptions,
): Promise<"done" | "stopped"> {
  const { checkpointEveryMs, pauseAtStep, onProgress, onWarning } = options;
  const run = await RunFolder.open(folder);
  clearStopRequest(folder);
  const asked = new AbortController();
  const watch = setInterval(() => {
    if (isStopRequested(folder)) asked.abort();
  }, STOP_FILE_MS);
  watch.unref();
  const signal = AbortSignal.any([options.signal, asked.signal]);
  signal.addEventListener("abort", () => run.markStopping());
  try {
    if (readRunStatus(folder) === "done") return "done";
    const { kind, revision, config, seed } = run.config;
    const definition = stages[kind];
    if (revision !== definition.revision)
      throw new UserError(
        `${folder}: expected revision ${definition.revision} of ${kind} stages, got ${revision}; ` +
          "start the sweep again: it makes a new run, or use the version that made this one",
      );
    const engine = await startEngine(options.engine);
    run.logEvent({
      type: "started",
      message: `${kind} on ${hostname()}`,
      pid: process.pid,
      engine,
    });
    let progressAt = 0;
    const context: StageContext<unknown> = {
      run,
      config: parseConfig(definition.schema, config, join(folder, "config.json")),
      seed,
      signal,
      checkpointEveryMs,
      ...(pauseAtStep !== undefined && { pauseAtStep }),
      input: (role) => finishedInput(run, role),
      progress(progress) {
        onProgress?.(progress);
        if (Date.now() - progressAt < PROGRESS_FILE_MS) return;
        progressAt = Date.now();
        run.writeProgress(progress);
      },
      warn({ message, ...details }) {
        run.logEvent({ type: "warning", message, ...details });
        onWarning?.(message);
      },
    };
    const summary = await definition.run(context).catch((error: unknown) => {
      // Whatever is no step of training ends by throwing why.
      if (signal.aborted && error === signal.reason) return "stopped" as const;
      throw error;
    });
    if (summary === "stopped") {
      // A training has said at which step; whoever waits for the run needs to know of everything else, too.
      if (readEvents(run.path).at(-1)?.type !== "stopped")
        run.logEvent({ type: "stopped", message: "stopped before it was done" });
      return "stopped";
    }
    run.writeSummary(summary);
    run.logEvent({ type: "done", message: "done" });
    run.markDone();
    return "done";
  } catch (error) {
    record(run, error);
    throw error;
  } finally {
    clearInterval(watch);
    run.close();
  }
}

/** An input's folder lies beside this run's. */
function finishedInput(run: RunFolder, role: string) {
  const id = run.config.inputs[role];
  if (id === undefined) throw new Error(`${run.config.id} has no input "${role}"`);
  const folder = join(dirname(run.path), id);
  const status = readRunStatus(folder);
  if (status !== "done")
    throw new UserError(
      `${folder}: expected a finished run, which ${run.config.id} reads; it is ${status}: run it first`,
    );
  return { folder, config: readRunConfig(folder) };
}

/** Says in the folder why the stage failed, as far as the disk lets it. */
function record(run: RunFolder, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const reasons = [
    { is: error instanceof DiskFullError, reason: "disk-full" },
    { is: error instanceof UserError, reason: "input" },
    { is: error instanceof RangeError && /alloc/i.test(message), reason: "out-of-memory" },
  ];
  const reason = reasons.find(({ is }) => is)?.reason ?? "crash";
  try {
    run.logEvent({
      type: "error",
      code: reason,
      message,
      ...(reason === "crash" && error instanceof Error && { stack: error.stack }),
    });
    run.markFailed({ reason, message });
  } catch {
    // No room to say it here; the error itself still reaches whoever started the stage.
  }
}
