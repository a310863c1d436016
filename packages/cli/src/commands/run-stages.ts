import { join } from "node:path";
import {
  localProcesses,
  type PlannedStage,
  readSummary,
  runStages,
  type SweepOutcome,
} from "@fqgan/experiment";
import { EXIT } from "../exit-codes.js";
import { StageProgress } from "../output/stage-progress.js";
import { stopOnInterrupt } from "../output/stop.js";
import { createStyle } from "../output/style.js";
import type { Globals } from "../program.js";

export interface RunningOptions {
  readonly parallel: number;
  readonly checkpointEvery: number;
  readonly threads?: number;
}

/** Runs stages in processes of their own with progress on stderr; the exit code says how it ended. */
export async function runWithProgress(
  globals: Globals,
  stages: readonly PlannedStage[],
  options: RunningOptions,
): Promise<{ outcome: SweepOutcome; code: number }> {
  const { parallel, checkpointEvery, threads } = options;
  const { runs, entry, quiet } = globals;
  const style = createStyle(process.stderr);
  const executor = localProcesses({
    entry,
    parallel,
    checkpointEveryMs: 1000 * checkpointEvery,
    ...(threads !== undefined && { threads }),
  });
  const progress = new StageProgress({
    stages,
    stream: process.stderr,
    style,
    quiet,
    parallel,
    summaryOf: ({ id }) => readSummary(join(runs, id)),
  });
  const stop = stopOnInterrupt({
    onFirst: () =>
      progress.print(
        style.yellow("  stopping: finishing this step and saving (Ctrl-C again stops at once)"),
      ),
    onSecond: () => {
      executor.kill();
      progress.close();
      process.stderr.write("stopped at once; the last checkpoint is intact\n");
      process.exit(EXIT.stopped);
    },
  });
  try {
    const outcome = await runStages({
      runsFolder: runs,
      stages,
      executor,
      signal: stop.signal,
      onUpdate: (stage, update) => progress.update(stage, update),
    });
    progress.close();
    return { outcome, code: reportOutcome(outcome, stop.signal.aborted) };
  } finally {
    stop.dispose();
  }
}

/** Says what did not work out, and what to do. */
function reportOutcome({ done, failed, left }: SweepOutcome, stopped: boolean): number {
  const { red, yellow } = createStyle(process.stderr);
  for (const { stage, outcome } of failed)
    if (outcome.status === "failed")
      process.stderr.write(
        `${red("failed")} ${stage.label} (${stage.id}): ${outcome.reason}: ${outcome.message}\n`,
      );
  if (stopped && left.length > 0) {
    process.stderr.write(`${yellow("stopped")}; run the same command again to go on\n`);
    return EXIT.stopped;
  }
  if (failed.length === 0) return EXIT.done;
  const reasons = failed.map(({ outcome }) => outcome.status === "failed" && outcome.reason);
  if (failed.length + left.length + done.length > 1)
    process.stderr.write(
      `${failed.length} failed${left.length > 0 ? `, ${left.length} not run because of it` : ""}; ` +
        "the same command tries them again and keeps what is done\n",
    );
  if (reasons.every((reason) => reason === "claimed")) return EXIT.claimed;
  return reasons.every((reason) => reason === "input") ? EXIT.usage : EXIT.failed;
}
