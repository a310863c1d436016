import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Executor, StageOutcome, StageUpdate } from "../executor/executor.js";
import { RUN_FORMAT, type RunConfig } from "../schema/run-format.js";
import { gitRevision, installedVersions } from "../store/provenance.js";
import { readRunStatus } from "../store/read-run.js";
import { createRunFolder } from "../store/run-folder.js";
import { writeSweepRecord } from "../store/sweep-store.js";
import type { PlannedStage, SweepPlan } from "./plan.js";

export type SweepUpdate =
  | StageUpdate
  | { readonly type: "cached" }
  | { readonly type: "blocked"; readonly by: PlannedStage }
  | { readonly type: "ended"; readonly outcome: StageOutcome };

export interface SweepOutcome {
  /** Stages that are done, also from before. */
  readonly done: readonly PlannedStage[];
  readonly failed: readonly { readonly stage: PlannedStage; readonly outcome: StageOutcome }[];
  /** Stages not run because an input failed, or because the sweep was stopped. */
  readonly left: readonly PlannedStage[];
}

/** Creates the folders of stages that have none yet. */
export function createRuns(runsFolder: string, stages: readonly PlannedStage[]): void {
  const common: Pick<RunConfig, "format" | "createdAt" | "git" | "versions"> = {
    format: RUN_FORMAT,
    createdAt: new Date().toISOString(),
    git: gitRevision(process.cwd()),
    versions: installedVersions(),
  };
  for (const stage of stages)
    createRunFolder(runsFolder, { ...common, ...stage, inputs: { ...stage.inputs } });
}

/** Runs what has no `done` marker, inputs first; a failed stage blocks only what needs it. */
export async function runStages(options: {
  readonly runsFolder: string;
  readonly stages: readonly PlannedStage[];
  readonly executor: Executor;
  readonly signal: AbortSignal;
  readonly onUpdate: (stage: PlannedStage, update: SweepUpdate) => void;
}): Promise<SweepOutcome> {
  const { runsFolder, stages, executor, signal, onUpdate } = options;
  createRuns(runsFolder, stages);
  const isDone = (stage: PlannedStage) => readRunStatus(join(runsFolder, stage.id)) === "done";
  const done: PlannedStage[] = [];
  const failed: { stage: PlannedStage; outcome: StageOutcome }[] = [];
  const waiting: PlannedStage[] = [];
  for (const stage of stages) {
    if (isDone(stage)) {
      done.push(stage);
      onUpdate(stage, { type: "cached" });
    } else waiting.push(stage);
  }
  const left: PlannedStage[] = [];
  const running = new Map<PlannedStage, Promise<void>>();

  const isReady = (stage: PlannedStage) =>
    Object.values(stage.inputs).every((id) => done.some((other) => other.id === id));
  const blockedBy = (stage: PlannedStage) =>
    [...failed.map((entry) => entry.stage), ...left].find((other) =>
      Object.values(stage.inputs).includes(other.id),
    );
  const start = (stage: PlannedStage) => {
    const run = async () => {
      rmSync(join(runsFolder, stage.id, "progress.json"), { force: true });
      const outcome = await executor.execute({
        runsFolder,
        stage,
        signal,
        onUpdate: (update) => onUpdate(stage, update),
      });
      if (outcome.status === "done") done.push(stage);
      else if (outcome.status === "failed") failed.push({ stage, outcome });
      else left.push(stage);
      onUpdate(stage, { type: "ended", outcome });
    };
    running.set(
      stage,
      run().finally(() => running.delete(stage)),
    );
  };

  while (waiting.length > 0 || running.size > 0) {
    if (signal.aborted) left.push(...waiting.splice(0));
    for (const stage of [...waiting]) {
      const blocker = blockedBy(stage);
      if (blocker) {
        waiting.splice(waiting.indexOf(stage), 1);
        left.push(stage);
        onUpdate(stage, { type: "blocked", by: blocker });
      } else if (running.size < executor.parallel && isReady(stage)) {
        waiting.splice(waiting.indexOf(stage), 1);
        start(stage);
      }
    }
    if (running.size > 0) await Promise.race(running.values());
  }
  return { done, failed, left };
}

/** Records a sweep and runs it. */
export function runSweep(options: {
  readonly runsFolder: string;
  readonly plan: SweepPlan;
  readonly executor: Executor;
  readonly signal: AbortSignal;
  readonly onUpdate: (stage: PlannedStage, update: SweepUpdate) => void;
}): Promise<SweepOutcome> {
  const { plan, ...rest } = options;
  writeSweepRecord(options.runsFolder, plan.record);
  return runStages({ ...rest, stages: plan.stages });
}
