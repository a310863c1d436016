import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Executor, StageOutcome, StageUpdate } from "../executor/executor.js";
import { RUN_FORMAT, type RunConfig } from "../schema/run-format.js";
import { gitRevision, installedVersions } from "../store/provenance.js";
import { readRunStatus } from "../store/read-run.js";
import { createRunFolder } from "../store/run-folder.js";
import { Asha, type AshaOptions } from "./asha.js";
import type { PlannedStage } from "./plan.js";
import { mayRetry, NO_RETRY, type RetryPolicy } from "./retry.js";

/** Something that happened to one stage. */
export type SweepUpdate =
  | StageUpdate
  | { readonly type: "cached" }
  | { readonly type: "blocked"; readonly by: PlannedStage }
  /** Another process works on it; it is waited for. */
  | { readonly type: "elsewhere"; readonly message: string }
  /** It failed and is started again. */
  | {
      readonly type: "retried";
      readonly reason: string;
      readonly message: string;
      readonly try: number;
    }
  /** It waits at a rung for others to compare with. */
  | { readonly type: "paused"; readonly step: number }
  /** Others were better: it will not go on in this sweep. */
  | { readonly type: "pruned" }
  | { readonly type: "ended"; readonly outcome: StageOutcome };

/** How often a stage that another process works on is looked at. */
const OTHER_MS = 500;

/** What has become of every stage. */
export interface SweepOutcome {
  /** Stages that are done, also from before. */
  readonly done: readonly PlannedStage[];
  readonly failed: readonly { readonly stage: PlannedStage; readonly outcome: StageOutcome }[];
  /** Stages that early stopping left where they were. */
  readonly pruned: readonly PlannedStage[];
  /** Stages not run because an input failed, or because the sweep was stopped. */
  readonly left: readonly PlannedStage[];
}

/** What to run, by what, and how to follow and stop it. */
export interface RunStagesOptions {
  readonly runsFolder: string;
  readonly stages: readonly PlannedStage[];
  readonly executor: Executor;
  readonly signal: AbortSignal;
  readonly onUpdate: (stage: PlannedStage, update: SweepUpdate) => void;
  readonly retry?: RetryPolicy;
  readonly stop?: AshaOptions;
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
export async function runStages(options: RunStagesOptions): Promise<SweepOutcome> {
  createRuns(options.runsFolder, options.stages);
  return new Schedule(options).run();
}

/** Which stages wait, run, pause and have ended. */
class Schedule {
  private readonly done: PlannedStage[] = [];
  private readonly failed: { stage: PlannedStage; outcome: StageOutcome }[] = [];
  private readonly pruned: PlannedStage[] = [];
  private readonly left: PlannedStage[] = [];
  private readonly paused: PlannedStage[] = [];
  private waiting: PlannedStage[] = [];
  private readonly running = new Map<PlannedStage, Promise<void>>();
  /** Ids, because a sweep can have ten thousand stages. */
  private readonly own: ReadonlySet<string>;
  private readonly doneIds = new Set<string>();
  /** Stages that will not be done, by id: what needs them is blocked. */
  private readonly ended = new Map<string, PlannedStage>();
  private readonly asha: Asha | undefined;

  constructor(private readonly options: RunStagesOptions) {
    const { stages, stop } = options;
    this.own = new Set(stages.map(({ id }) => id));
    if (stop) this.asha = new Asha(stop, stages);
    for (const stage of stages) this.place(stage);
  }

  async run(): Promise<SweepOutcome> {
    const { signal } = this.options;
    while (this.waiting.length > 0 || this.paused.length > 0 || this.running.size > 0) {
      if (signal.aborted) this.left.push(...this.waiting.splice(0), ...this.paused.splice(0));
      this.resumePaused(false);
      const started = this.startReady();
      if (this.running.size > 0) await Promise.race(this.running.values());
      // Nothing runs and nothing could start: only what is paused can still go on.
      else if (!started && !this.resumePaused(true)) this.giveUpPaused();
    }
    const { done, failed, pruned, left } = this;
    return { done, failed, pruned, left };
  }

  /** Where a stage is when the sweep begins. */
  private place(stage: PlannedStage): void {
    const { runsFolder, onUpdate } = this.options;
    const step = this.asha?.concerns(stage) ? this.asha.read(runsFolder, stage) : 0;
    if (readRunStatus(join(runsFolder, stage.id)) === "done") {
      this.done.push(stage);
      this.doneIds.add(stage.id);
      onUpdate(stage, { type: "cached" });
    } else if (this.asha?.concerns(stage) && this.asha.isPaused(stage, step))
      this.paused.push(stage);
    else this.waiting.push(stage);
  }

  private startReady(): boolean {
    const { executor, onUpdate } = this.options;
    let changed = false;
    for (const stage of [...this.waiting]) {
      const blocker = this.blockerOf(stage);
      if (blocker) {
        this.remove(stage);
        this.left.push(stage);
        this.ended.set(stage.id, stage);
        onUpdate(stage, { type: "blocked", by: blocker });
        changed = true;
      } else if (this.running.size < executor.parallel && this.isReady(stage)) {
        const admission = executor.admits?.(stage, [...this.running.keys()]) ?? "now";
        if (admission === "later") continue;
        this.remove(stage);
        if (admission === "now") this.start(stage);
        else
          this.end(stage, { status: "failed", reason: "out-of-memory", message: admission.never });
        changed = true;
      }
    }
    return changed;
  }

  private start(stage: PlannedStage): void {
    this.running.set(
      stage,
      this.execute(stage).finally(() => this.running.delete(stage)),
    );
  }

  /** Runs a stage, again where that may help. */
  private async execute(stage: PlannedStage): Promise<void> {
    const { runsFolder, executor, signal, onUpdate, retry = NO_RETRY } = this.options;
    let tries = 1;
    for (;;) {
      const pauseAtStep = this.asha?.concerns(stage) ? this.asha.nextPause(stage) : undefined;
      rmSync(join(runsFolder, stage.id, "progress.json"), { force: true });
      const outcome = await executor.execute({
        runsFolder,
        stage,
        signal,
        onUpdate: (update) => onUpdate(stage, update),
        ...(pauseAtStep !== undefined && { pauseAtStep }),
      });
      if (outcome.status === "failed" && outcome.reason === "claimed") {
        onUpdate(stage, { type: "elsewhere", message: outcome.message });
        await this.waitForOther(stage);
        // What it has done or left is there now: this run of the stage finds it so.
        if (!signal.aborted) continue;
        this.end(stage, { status: "stopped" });
        return;
      }
      if (
        outcome.status === "failed" &&
        !signal.aborted &&
        mayRetry(retry, outcome.reason, tries)
      ) {
        const { reason, message } = outcome;
        tries += 1;
        onUpdate(stage, { type: "retried", reason, message, try: tries });
        continue;
      }
      if (outcome.status === "stopped" && pauseAtStep !== undefined && !signal.aborted) {
        const step = this.asha!.read(runsFolder, stage);
        if (this.asha!.isPaused(stage, step)) {
          this.paused.push(stage);
          onUpdate(stage, { type: "paused", step });
          return;
        }
      }
      this.end(stage, outcome);
      return;
    }
  }

  /**
   * Another process works on the stage: a sweep that shares it, or a worker whose runner was killed and that
   * has not noticed yet. Its result is this sweep's too.
   */
  private async waitForOther({ id }: PlannedStage): Promise<void> {
    const { runsFolder, signal } = this.options;
    while (!signal.aborted && readRunStatus(join(runsFolder, id)) === "running")
      await new Promise((resolve) => setTimeout(resolve, OTHER_MS));
  }

  private end(stage: PlannedStage, outcome: StageOutcome): void {
    if (outcome.status === "done") {
      this.done.push(stage);
      this.doneIds.add(stage.id);
      if (this.asha?.concerns(stage)) this.asha.read(this.options.runsFolder, stage);
    } else {
      this.ended.set(stage.id, stage);
      if (outcome.status === "failed") this.failed.push({ stage, outcome });
      else this.left.push(stage);
    }
    this.options.onUpdate(stage, { type: "ended", outcome });
  }

  /** Lets paused stages go on that are good enough, before any new one starts. */
  private resumePaused(final: boolean): boolean {
    const promoted = this.paused.filter((stage) => this.asha!.isPromoted(stage, final));
    for (const stage of promoted) this.paused.splice(this.paused.indexOf(stage), 1);
    this.waiting = [...promoted, ...this.waiting];
    return promoted.length > 0;
  }

  private giveUpPaused(): void {
    for (const stage of this.paused.splice(0)) {
      this.pruned.push(stage);
      this.ended.set(stage.id, stage);
      this.options.onUpdate(stage, { type: "pruned" });
    }
  }

  private remove(stage: PlannedStage): void {
    this.waiting.splice(this.waiting.indexOf(stage), 1);
  }

  /** An input that is no part of this must be there already; the stage itself says so if it is not. */
  private isReady({ inputs }: PlannedStage): boolean {
    return Object.values(inputs).every((id) => this.doneIds.has(id) || !this.own.has(id));
  }

  private blockerOf({ inputs }: PlannedStage): PlannedStage | undefined {
    if (this.ended.size === 0) return undefined;
    return Object.values(inputs).flatMap((id) => this.ended.get(id) ?? [])[0];
  }
}
