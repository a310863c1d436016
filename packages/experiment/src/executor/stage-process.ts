import { type RunStageOptions, runStage } from "../stages/run-stage.js";
import { ClaimedError } from "../store/claim.js";
import { type FromStage, STAGE_EXIT, type ToStage } from "./messages.js";
import { progressLog } from "./progress-log.js";

/** Messages a second are enough for a progress bar. */
const MESSAGE_MS = 150;

/**
 * The body of `stage run <folder>`, the process that `localProcesses` forks: runs the stage, tells its
 * parent and its log how far it is, stops with a checkpoint when told to or when the parent is gone.
 * @returns the exit code
 */
export async function stageProcess(
  folder: string,
  options: Pick<RunStageOptions, "checkpointEveryMs" | "engine" | "pauseAtStep">,
): Promise<number> {
  const stop = new AbortController();
  const parent = process.send?.bind(process);
  if (parent) {
    process.on("message", (message: ToStage) => {
      if (message.type === "stop") stop.abort();
    });
    process.on("disconnect", () => stop.abort());
    // The terminal sends Ctrl-C to the whole group; the parent decides what it means.
    process.on("SIGINT", () => {});
  } else process.once("SIGINT", () => stop.abort());
  // More than once: Slurm signals every process of a task, and the task's script passes it on.
  process.on("SIGTERM", () => stop.abort());
  // Slurm's warning that the time is up or the node is wanted (src/executor/slurm/script.ts).
  process.on("SIGUSR2", () => stop.abort());
  const tell = (message: FromStage) => {
    if (parent && process.connected) parent(message, () => {});
  };
  let toldAt = 0;
  const log = progressLog(print);
  try {
    const outcome = await runStage(folder, {
      ...options,
      signal: stop.signal,
      onProgress(progress) {
        log(progress);
        const now = performance.now();
        if (now - toldAt < MESSAGE_MS && progress.step < progress.total) return;
        toldAt = now;
        tell({ type: "progress", progress });
      },
      onWarning(message) {
        print(`warning: ${message}`);
        tell({ type: "warning", message });
      },
    });
    print(outcome);
    return STAGE_EXIT[outcome];
  } catch (error) {
    print(error instanceof Error ? error.message : String(error));
    return error instanceof ClaimedError ? STAGE_EXIT.claimed : STAGE_EXIT.failed;
  }
}

/** To stderr, which is the run's log where an executor has started it. */
function print(line: string): void {
  try {
    process.stderr.write(`${line}\n`);
  } catch {
    // A full disk is reported by what matters.
  }
}
