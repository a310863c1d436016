import { join, resolve } from "node:path";
import { writeFileAtomic } from "../../store/atomic-file.js";
import { readEvents, readFailure, readProgress, readRunStatus } from "../../store/read-run.js";
import { markRunFailed } from "../../store/run-folder.js";
import type { ExecuteOptions, Executor, StageOutcome } from "../executor.js";
import { type Batch, createBatch, listBatches, taskLog } from "./batches.js";
import { decide } from "./decide.js";
import type { SlurmOptions } from "./options.js";
import { type SlurmQueue, slurmQueue, type TaskState, taskKey } from "./queue.js";
import { jobScript } from "./script.js";

/** Stages that become ready within this time go into one array. */
const GATHER_MS = 300;
/** A task that vanishes again and again is no accident. */
const MAX_LOST = 5;
/** A folder that is just being replaced is whole at the next look; one that can't be read this often will not be. */
const MAX_TROUBLE = 10;

/** A stage that somebody waits for. */
interface Watch {
  readonly options: ExecuteOptions;
  readonly folder: string;
  readonly settle: (outcome: StageOutcome) => void;
  place: { readonly batch: Batch; readonly task: number } | undefined;
  /** Since when the queue has had nothing of it. */
  absentSince: number;
  lost: number;
  /** How often in a row its folder could not be read or written. */
  trouble: number;
  started: boolean;
  /** How many of its events have been passed on. */
  events: number;
}

/**
 * Stages as tasks of Slurm job arrays. Tasks go on when this program ends: it can be started again on any
 * machine that sees the runs folder, finds them in the queue by their array's name and waits for them. What
 * has become of a stage is read from its folder, never from Slurm alone.
 */
export function slurmArrays(setting: {
  /** The program and its parameters up to the run folder. */
  readonly command: readonly string[];
  readonly options: SlurmOptions;
  readonly queue?: SlurmQueue;
}): Executor {
  const { command, options, queue = slurmQueue() } = setting;
  const graceMs = 1000 * options.graceSeconds;
  const watches = new Set<Watch>();
  let waiting: Watch[] = [];
  let looking = false;

  const end = (watch: Watch, outcome: StageOutcome) => {
    watches.delete(watch);
    waiting = waiting.filter((other) => other !== watch);
    watch.settle(outcome);
  };

  /** Submits what waits, an array for each step to pause at. */
  const submitWaiting = async () => {
    const all = waiting.splice(0);
    for (const [pauseAtStep, group] of groupByPause(all))
      for (let start = 0; start < group.length; start += options.arraySize)
        await submitOrFail(group.slice(start, start + options.arraySize), pauseAtStep);
  };

  /** A batch that can't be written (a full disk, no permission) fails the stages that it was for. */
  const submitOrFail = async (part: readonly Watch[], pauseAtStep: number | undefined) => {
    try {
      await submit(part, pauseAtStep);
    } catch (error) {
      const message = `its job could not be written: ${messageOf(error)}`;
      for (const watch of part) end(watch, { status: "failed", reason: "submit", message });
    }
  };

  const submit = async (part: readonly Watch[], pauseAtStep: number | undefined) => {
    const { runsFolder } = part[0]!.options;
    const batch = createBatch(
      resolve(runsFolder),
      part.map(({ folder }) => folder),
    );
    const script = join(batch.folder, "job.sh");
    const pause = pauseAtStep === undefined ? [] : ["--pause-at", String(pauseAtStep)];
    writeFileAtomic(
      script,
      jobScript({
        name: batch.job,
        tasks: part.length,
        folder: batch.folder,
        workingFolder: process.cwd(),
        command: [...command, ...pause],
        options,
      }),
    );
    for (const [i, watch] of part.entries()) {
      watch.place = { batch, task: i + 1 };
      watch.absentSince = Date.now();
    }
    const { error } = await queue.submit(script);
    if (error === undefined) return;
    // Did it refuse, or did only its answer get lost? The queue knows, if anyone does.
    const tasks = await queue.tasks();
    if (!tasks || tasks.has(taskKey(batch.job, 1))) return;
    for (const watch of part)
      end(watch, { status: "failed", reason: "submit", message: `sbatch: ${error}` });
  };

  /** A task of an earlier program that is still in the queue. */
  const attach = (watch: Watch, tasks: ReadonlyMap<string, TaskState>): boolean => {
    const { runsFolder, stage } = watch.options;
    for (const batch of listBatches(resolve(runsFolder))) {
      const task = batch.ids.indexOf(stage.id) + 1;
      const state = task > 0 ? tasks.get(taskKey(batch.job, task)) : undefined;
      if (!state || state.where === "ended") continue;
      watch.place = { batch, task };
      return true;
    }
    return false;
  };

  const look = async () => {
    const tasks = await queue.tasks();
    for (const watch of [...watches])
      try {
        lookAt(watch, tasks);
        watch.trouble = 0;
      } catch (error) {
        watch.trouble += 1;
        if (watch.trouble >= MAX_TROUBLE)
          end(watch, { status: "failed", reason: "lost", message: messageOf(error) });
      }
    if (waiting.length > 0) await submitWaiting();
  };

  const lookAt = (watch: Watch, tasks: ReadonlyMap<string, TaskState> | undefined) => {
    report(watch);
    if (readRunStatus(watch.folder) === "done") end(watch, { status: "done" });
    else if (tasks && !watch.place) {
      if (!attach(watch, tasks) && readRunStatus(watch.folder) !== "running") enqueue(watch);
    } else if (tasks && watch.place) consider(watch, tasks);
  };

  const consider = (watch: Watch, tasks: ReadonlyMap<string, TaskState>) => {
    const { batch, task } = watch.place!;
    const state = tasks.get(taskKey(batch.job, task));
    if (state && state.where !== "ended") watch.absentSince = Date.now();
    const decision = decide({
      status: readRunStatus(watch.folder),
      failure: readFailure(watch.folder),
      stoppedMs: readEvents(watch.folder).findLast(({ type }) => type === "stopped")?.time,
      task: state,
      submittedMs: batch.submittedMs,
      absentMs: Date.now() - watch.absentSince,
      graceMs,
    });
    if (decision.type === "done") end(watch, { status: "done" });
    else if (decision.type === "stopped") end(watch, { status: "stopped" });
    else if (decision.type === "failed") {
      const { reason, message } = decision;
      // The stage could not say it itself.
      if (readFailure(watch.folder)?.message !== message)
        markRunFailed(watch.folder, { reason, message });
      end(watch, { status: "failed", reason, message });
    } else if (decision.type === "lost") {
      watch.lost += 1;
      if (watch.lost <= MAX_LOST) enqueue(watch);
      else {
        const log = taskLog(batch, { run: watch.folder, task });
        const message = `its task vanished ${MAX_LOST} times; its log ends: ${log}`;
        markRunFailed(watch.folder, { reason: "lost", message });
        end(watch, { status: "failed", reason: "lost", message });
      }
    }
  };

  const enqueue = (watch: Watch) => {
    watch.place = undefined;
    waiting.push(watch);
  };

  /** Looks again and again while anybody waits. */
  const lookAfter = (ms: number) => {
    if (looking) return;
    looking = true;
    setTimeout(async () => {
      await look();
      looking = false;
      if (watches.size > 0) lookAfter(1000 * options.pollSeconds);
    }, ms);
  };

  const execute = (given: ExecuteOptions) =>
    new Promise<StageOutcome>((settle) => {
      const folder = resolve(given.runsFolder, given.stage.id);
      const watch: Watch = {
        options: given,
        folder,
        settle,
        place: undefined,
        absentSince: Date.now(),
        lost: 0,
        trouble: 0,
        started: false,
        events: readEvents(folder).length,
      };
      watches.add(watch);
      // Tasks go on; only the waiting ends.
      const leave = () => end(watch, { status: "stopped" });
      if (given.signal.aborted) return leave();
      given.signal.addEventListener("abort", leave);
      lookAfter(GATHER_MS);
    });

  return {
    name: "slurm",
    // The cluster does the queueing; an array's own limit is in its script.
    parallel: Number.POSITIVE_INFINITY,
    leavesRunning: true,
    execute,
    kill() {},
  };
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function groupByPause(watches: readonly Watch[]): Map<number | undefined, Watch[]> {
  const groups = new Map<number | undefined, Watch[]>();
  for (const watch of watches) {
    const { pauseAtStep } = watch.options;
    groups.set(pauseAtStep, [...(groups.get(pauseAtStep) ?? []), watch]);
  }
  return groups;
}

/** Tells what the folder says, as a local process would by message. */
function report(watch: Watch): void {
  const { folder, options } = watch;
  if (readRunStatus(folder) !== "running") return;
  if (!watch.started) {
    watch.started = true;
    options.onUpdate({ type: "started" });
  }
  const progress = readProgress(folder);
  if (progress) options.onUpdate({ type: "progress", progress });
  const events = readEvents(folder);
  for (const { type, message } of events.slice(watch.events))
    if (type === "warning") options.onUpdate({ type: "warning", message });
  watch.events = events.length;
}
