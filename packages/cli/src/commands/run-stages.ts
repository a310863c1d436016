import { join } from "node:path";
import {
  ashaSchema,
  clearStopRequest,
  type Executor,
  executors,
  isStopRequested,
  type PlannedStage,
  parseExecutor,
  readPastRuns,
  readSummary,
  retrySchema,
  runStages,
  type SweepOutcome,
  type Tracker,
} from "@fqgan/experiment";
import { parseConfig, type StrategyConfig } from "@fqgan/registry";
import { EXIT } from "../exit-codes.js";
import { StageProgress } from "../output/stage-progress.js";
import { stopOnInterrupt } from "../output/stop.js";
import { createStyle } from "../output/style.js";
import type { Globals } from "../program.js";
import { startTracker } from "./tracking.js";

export interface RunningOptions {
  readonly parallel?: number;
  readonly checkpointEvery: number;
  readonly threads?: number;
  /** An executor's name, or its config as YAML. */
  readonly executor?: string;
  readonly retries?: number;
  /** A tracker's name. */
  readonly track?: string;
}

/** How a sweep file wants its stages to be run; the command line's options come first. */
export interface RunningConfig {
  readonly executor?: StrategyConfig | undefined;
  readonly retry?: unknown;
  readonly stop?: unknown;
  /** The sweep's name, for trackers. */
  readonly group?: string;
  /** Where a stop request for all of it would be. */
  readonly folder?: string;
}

/** How often the sweep's folder is asked whether someone wants it to stop. */
const STOP_FILE_MS = 1000;

/** After the last stage, trackers have this long to send the rest. */
const TRACKER_MS = 30_000;

/** What the command line chooses, or the file, with its options. */
function chosenExecutor({ parallel, executor }: RunningOptions, config: RunningConfig) {
  const chosen = executor === undefined ? config.executor : parseExecutor(executor);
  return executors.parse(
    { ...(chosen ?? { name: "local" }), ...(parallel !== undefined && { parallel }) },
    "executor",
  );
}

/** Where stages run: "local", "slurm". */
export const executorName = (options: RunningOptions, config: RunningConfig): string =>
  chosenExecutor(options, config).strategy.name;

/** How many stages run at once. */
export const stagesAtOnce = (options: RunningOptions, config: RunningConfig): number =>
  Number(chosenExecutor(options, config).config.parallel ?? 1);

function createExecutor(
  { runs, entry }: Globals,
  options: RunningOptions,
  config: RunningConfig,
): Executor {
  const { threads, checkpointEvery } = options;
  const { strategy, config: parsed } = chosenExecutor(options, config);
  return strategy.create(parsed, {
    entry,
    checkpointEveryMs: 1000 * checkpointEvery,
    past: readPastRuns(runs),
    ...(threads !== undefined && { threads }),
  });
}

/** Runs stages where the executor puts them, with progress on stderr; the exit code says how it ended. */
export async function runWithProgress(
  globals: Globals,
  stages: readonly PlannedStage[],
  options: RunningOptions & {
    readonly running?: RunningConfig;
    /** Hears of every stage that is done, also from before. */
    readonly onDone?: (stage: PlannedStage) => void;
  },
): Promise<{ outcome: SweepOutcome; code: number }> {
  const { runs, quiet } = globals;
  const { running = {}, retries } = options;
  const style = createStyle(process.stderr);
  const executor = createExecutor(globals, options, running);
  const retry = parseConfig(retrySchema, running.retry ?? {}, "retry");
  const stopEarly =
    running.stop === undefined
      ? undefined
      : parseConfig(ashaSchema, withoutName(running.stop), "stop");
  const progress = new StageProgress({
    stages,
    stream: process.stderr,
    style,
    quiet,
    parallel: Number.isFinite(executor.parallel) ? executor.parallel : stages.length,
    summaryOf: ({ id }) => readSummary(join(runs, id)),
  });
  const tracker = startTracker(options.track, {
    group: running.group,
    onTrouble: (message) => progress.print(style.yellow(`  ! tracking: ${message}`)),
  });
  const stop = stopOnInterrupt({
    onFirst: () =>
      progress.print(
        style.yellow(
          executor.leavesRunning
            ? "  leaving: tasks go on in the queue"
            : "  stopping: finishing this step and saving (Ctrl-C again stops at once)",
        ),
      ),
    onSecond: () => {
      executor.kill();
      progress.close();
      process.stderr.write("stopped at once; the last checkpoint is intact\n");
      process.exit(EXIT.stopped);
    },
  });
  const watch = watchForStop(running.folder, stop.request);
  try {
    const outcome = await runStages({
      runsFolder: runs,
      stages,
      executor,
      signal: stop.signal,
      retry: retries === undefined ? retry : { ...retry, max: retries },
      ...(stopEarly && { stop: stopEarly }),
      onUpdate(stage, update) {
        progress.update(stage, update);
        if (update.type === "started") tracker?.follow(join(runs, stage.id));
        const isDone = update.type === "ended" && update.outcome.status === "done";
        if (isDone || update.type === "cached") options.onDone?.(stage);
      },
    });
    progress.close();
    await finishTracking(tracker, globals);
    return { outcome, code: reportOutcome(outcome, { stopped: stop.signal.aborted, executor }) };
  } finally {
    clearInterval(watch);
    stop.dispose();
  }
}

/** `fqgan sweep stop` reaches the program that runs a sweep through its folder. */
function watchForStop(folder: string | undefined, stop: () => void): NodeJS.Timeout | undefined {
  if (folder === undefined) return undefined;
  clearStopRequest(folder);
  return setInterval(() => {
    if (isStopRequested(folder)) stop();
  }, STOP_FILE_MS);
}

const withoutName = (config: unknown) => {
  const { name: _, ...rest } = config as { name?: string };
  return rest;
};

async function finishTracking(tracker: Tracker | undefined, { quiet }: Globals): Promise<void> {
  const left = (await tracker?.close(TRACKER_MS)) ?? [];
  if (left.length > 0 && !quiet)
    process.stderr.write(
      `${left.length} runs have more to send: \`fqgan sync\` does it when you like\n`,
    );
}

/** Says what did not work out, and what to do. */
function reportOutcome(
  { done, failed, left, pruned }: SweepOutcome,
  { stopped, executor }: { stopped: boolean; executor: Executor },
): number {
  const { red, yellow } = createStyle(process.stderr);
  for (const { stage, outcome } of failed)
    if (outcome.status === "failed")
      process.stderr.write(
        `${red("failed")} ${stage.label} (${stage.id}): ${outcome.reason}: ${outcome.message}\n`,
      );
  if (pruned.length > 0)
    process.stderr.write(`${pruned.length} stopped early: others were better at their rung\n`);
  if (stopped && left.length > 0) {
    const what = executor.leavesRunning
      ? "left; tasks go on, the same command watches them again (`fqgan sweep stop` ends them)"
      : "stopped; run the same command again to go on";
    process.stderr.write(`${yellow(what)}\n`);
    return EXIT.stopped;
  }
  // Someone asked single runs to stop (`fqgan sweep stop`, a tracker): nothing went wrong.
  if (failed.length === 0) return left.length > 0 ? EXIT.stopped : EXIT.done;
  const reasons = failed.map(({ outcome }) => outcome.status === "failed" && outcome.reason);
  if (failed.length + left.length + done.length > 1)
    process.stderr.write(
      `${failed.length} failed${left.length > 0 ? `, ${left.length} not run because of it` : ""}; ` +
        "the same command tries them again and keeps what is done\n",
    );
  if (reasons.every((reason) => reason === "claimed")) return EXIT.claimed;
  return reasons.every((reason) => reason === "input") ? EXIT.usage : EXIT.failed;
}
