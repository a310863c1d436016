import { type ChildProcess, fork } from "node:child_process";
import { closeSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";
import { readFailure } from "../store/read-run.js";
import { markRunFailed } from "../store/run-folder.js";
import { openRunLog, readRunLog } from "../store/run-log.js";
import type { PlannedStage } from "../sweep/plan.js";
import type { Admission, ExecuteOptions, Executor, StageOutcome } from "./executor.js";
import { type FromStage, STAGE_EXIT, type ToStage } from "./messages.js";
import { withoutProgress } from "./progress-log.js";

/** Of a stage's log, to look for the reason when its process dies without a word, and of that to show. */
const TAIL_BYTES = 16_000;
const SHOWN_CHARACTERS = 2000;

/** The rest is for the system. */
const SHARE_OF_MEMORY = 0.9;

/**
 * Each stage in a process of its own, forked from the program that runs now with its Node options (so
 * that it works from sources as from a build). Progress comes by messages; everything that matters is in
 * the run folder, what the process prints too, so nothing is lost with this process.
 */
export function localProcesses(options: {
  /** The command line's entry file; it must understand `stage run <folder>`. */
  readonly entry: string;
  readonly parallel: number;
  readonly checkpointEveryMs: number;
  /** Threads of one stage; by default the machine's are shared out. */
  readonly threads?: number;
  /** Peak memory of a stage as far as it is known. */
  readonly memoryOf?: (stage: PlannedStage) => number | undefined;
  /** What all stages together may use. */
  readonly memoryBytes?: number;
}): Executor {
  const { entry, parallel, checkpointEveryMs, memoryOf = () => undefined } = options;
  const memoryBytes = options.memoryBytes ?? SHARE_OF_MEMORY * machineMemory();
  const threads = options.threads ?? Math.max(1, Math.floor(availableParallelism() / parallel));
  const children = new Set<ChildProcess>();

  const execute = ({ runsFolder, stage, signal, onUpdate, pauseAtStep }: ExecuteOptions) =>
    new Promise<StageOutcome>((resolve) => {
      const folder = join(runsFolder, stage.id);
      const log = openRunLog(folder);
      const output = log?.descriptor ?? "ignore";
      const child = fork(
        entry,
        [
          "stage",
          "run",
          folder,
          "--checkpoint-every",
          String(checkpointEveryMs / 1000),
          "--threads",
          String(threads),
          ...(pauseAtStep === undefined ? [] : ["--pause-at", String(pauseAtStep)]),
        ],
        { execArgv: process.execArgv, stdio: ["ignore", output, output, "ipc"] },
      );
      if (log) closeSync(log.descriptor);
      children.add(child);
      onUpdate({ type: "started" });
      let trouble = "";
      child.on("message", (message: FromStage) => onUpdate(message));
      const stop = () => {
        if (child.connected) child.send({ type: "stop" } satisfies ToStage);
      };
      if (signal.aborted) stop();
      signal.addEventListener("abort", stop);
      child.on("error", (error) => {
        trouble = error.message;
      });
      child.on("close", (code, killedBy) => {
        children.delete(child);
        signal.removeEventListener("abort", stop);
        if (code === 0) return resolve({ status: "done" });
        if (code === STAGE_EXIT.stopped) return resolve({ status: "stopped" });
        const printed = log ? readRunLog(folder, { bytes: TAIL_BYTES, from: log.start }).text : "";
        const tail = withoutProgress(`${printed}${trouble}`);
        if (code === STAGE_EXIT.claimed)
          return resolve({ status: "failed", reason: "claimed", message: tail });
        const known = code === STAGE_EXIT.failed ? readFailure(folder) : undefined;
        if (known)
          return resolve({ status: "failed", reason: known.reason, message: known.message });
        resolve(recordDeath(folder, { code, killedBy, tail }));
      });
    });

  return {
    name: "local",
    parallel,
    leavesRunning: false,
    execute,
    admits: (stage, running) => admit({ stage, running, memoryOf, memoryBytes }),
    kill() {
      for (const child of children) child.kill("SIGKILL");
    },
  };
}

/**
 * Nothing starts that would not fit beside what runs. A stage that no earlier run tells of is taken to need
 * as much as the largest that runs, and may always run alone.
 */
export function admit(question: {
  readonly stage: PlannedStage;
  readonly running: readonly PlannedStage[];
  readonly memoryOf: (stage: PlannedStage) => number | undefined;
  readonly memoryBytes: number;
}): Admission {
  const { stage, running, memoryOf, memoryBytes } = question;
  const needed = memoryOf(stage);
  if (needed !== undefined && needed > memoryBytes)
    return {
      never:
        `a run like it took ${gigabytes(needed)} of memory, ${gigabytes(memoryBytes)} may be used here; lower ` +
        "train.batchSize, give executor.memoryGb, or run it on a larger machine",
    };
  if (running.length === 0) return "now";
  const others = running.map(memoryOf);
  const largest = Math.max(0, ...[...others, needed].map((bytes) => bytes ?? 0));
  const total = [...others, needed].reduce<number>((sum, bytes) => sum + (bytes ?? largest), 0);
  return total <= memoryBytes ? "now" : "later";
}

const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;

/** What a container allows where there is one, else what the machine has. */
function machineMemory(): number {
  const allowed = process.constrainedMemory();
  return allowed > 0 && allowed < totalmem() ? allowed : totalmem();
}

/** A process that could not say itself why it ended. */
function recordDeath(
  folder: string,
  death: { code: number | null; killedBy: NodeJS.Signals | null; tail: string },
): StageOutcome {
  const { code, killedBy, tail } = death;
  const outOfMemory = /heap out of memory|Cannot allocate memory|std::bad_alloc/.test(tail);
  const reason = outOfMemory ? "out-of-memory" : killedBy ? "killed" : "crash";
  const how = killedBy ? `killed by ${killedBy}` : `ended with code ${code}`;
  const said = tail && !killedBy ? `: ${tail.slice(-SHOWN_CHARACTERS)}` : "";
  const message = `its process was ${how}${said}`;
  try {
    markRunFailed(folder, { reason, message });
  } catch {
    // The reason is still reported to the caller.
  }
  return { status: "failed", reason, message };
}
