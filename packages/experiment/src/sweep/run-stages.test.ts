import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ExecuteOptions, Executor, StageOutcome } from "../executor/executor.js";
import { readMetrics, readRunStatus } from "../store/read-run.js";
import { RunFolder } from "../store/run-folder.js";
import type { PlannedStage } from "./plan.js";
import { type RunStagesOptions, runStages, type SweepUpdate } from "./run-stages.js";

const stage = (id: string, inputs: Record<string, string> = {}): PlannedStage => ({
  id,
  kind: "tokenizer",
  revision: 1,
  label: id,
  config: { train: { steps: 90, validateEverySteps: 10 } },
  seed: 0,
  inputs,
});

let runs: string;
beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), "fqgan-schedule-"));
});
afterEach(() => rmSync(runs, { recursive: true }));

/** Does to each stage what a test says, one after another. */
function executorOf(
  act: (options: ExecuteOptions) => Promise<StageOutcome>,
  more: Partial<Executor> = {},
): Executor & { calls: string[] } {
  const calls: string[] = [];
  return {
    name: "test",
    parallel: 1,
    leavesRunning: false,
    kill() {},
    calls,
    execute(options) {
      const { stage: given, pauseAtStep } = options;
      calls.push(pauseAtStep === undefined ? given.id : `${given.id}@${pauseAtStep}`);
      return act(options);
    },
    ...more,
  };
}

async function finish({ runsFolder, stage: { id } }: ExecuteOptions): Promise<StageOutcome> {
  const run = await RunFolder.open(join(runsFolder, id));
  run.markDone();
  run.close();
  return { status: "done" };
}

function start(stages: PlannedStage[], executor: Executor, more: Partial<RunStagesOptions> = {}) {
  const updates: string[] = [];
  const onUpdate = ({ id }: PlannedStage, update: SweepUpdate) =>
    updates.push(`${id} ${update.type}`);
  const { signal } = new AbortController();
  const outcome = runStages({ runsFolder: runs, stages, executor, signal, onUpdate, ...more });
  return { outcome, updates };
}

describe("retries", () => {
  it("tries again as often as declared, tells it, and lets the others go on", async () => {
    const executor = executorOf(async (options) =>
      options.stage.id === "bad"
        ? { status: "failed", reason: "crash", message: "boom" }
        : finish(options),
    );
    const stages = [stage("bad"), stage("needs-bad", { tokenizer: "bad" }), stage("good")];
    const { outcome, updates } = start(stages, executor, { retry: { max: 2, on: ["crash"] } });
    const { done, failed, left } = await outcome;
    expect(executor.calls).toEqual(["bad", "bad", "bad", "good"]);
    expect(updates.filter((update) => update === "bad retried")).toHaveLength(2);
    expect(failed.map(({ stage: { id } }) => id)).toEqual(["bad"]);
    expect(left.map(({ id }) => id)).toEqual(["needs-bad"]);
    expect(done.map(({ id }) => id)).toEqual(["good"]);
  });

  it("does not try again what stays wrong", async () => {
    const executor = executorOf(async () => ({ status: "failed", reason: "input", message: "" }));
    await start([stage("a")], executor, { retry: { max: 5, on: ["crash"] } }).outcome;
    expect(executor.calls).toEqual(["a"]);
  });
});

describe("a stage that another process works on", () => {
  it("is waited for and not done twice", async () => {
    const stages = [stage("shared"), stage("after", { tokenizer: "shared" })];
    let other: RunFolder | undefined;
    const executor = executorOf(async (options) => {
      const path = join(runs, options.stage.id);
      if (options.stage.id === "after" || readRunStatus(path) === "done") return finish(options);
      other = await RunFolder.open(path);
      setTimeout(() => {
        other!.markDone();
        other!.close();
      }, 700);
      return { status: "failed", reason: "claimed", message: "process 7 has claimed it" };
    });
    const { outcome, updates } = start(stages, executor);
    const { done, failed } = await outcome;
    expect(done.map(({ id }) => id)).toEqual(["shared", "after"]);
    expect(failed).toEqual([]);
    expect(updates).toContain("shared elsewhere");
    expect(executor.calls).toEqual(["shared", "shared", "after"]);
  });
});

describe("memory", () => {
  it("starts nothing that does not fit, and says so of what never will", async () => {
    const executor = executorOf(finish, {
      parallel: 3,
      admits: ({ id }, running) =>
        id === "huge" ? { never: "too large" } : running.length < 2 ? "now" : "later",
    });
    const { outcome } = start([stage("a"), stage("b"), stage("huge"), stage("c")], executor);
    const { done, failed } = await outcome;
    expect(done.map(({ id }) => id).sort()).toEqual(["a", "b", "c"]);
    expect(failed[0]!.outcome).toMatchObject({ reason: "out-of-memory", message: "too large" });
  });
});

describe("early stopping", () => {
  /** Trains as told, with PSNR = quality at every validation. */
  const trainTo =
    (quality: Readonly<Record<string, number>>) =>
    async (options: ExecuteOptions): Promise<StageOutcome> => {
      const { id } = options.stage;
      const path = join(options.runsFolder, id);
      const until = options.pauseAtStep ?? 90;
      const from = readMetrics(path).at(-1)?.step ?? 0;
      const run = await RunFolder.open(path);
      for (let step = from + 10; step <= until; step += 10)
        run.logMetrics(step, { "validation/psnr": quality[id]! });
      if (until === 90) run.markDone();
      run.close();
      return until === 90 ? { status: "done" } : { status: "stopped" };
    };
  const quality = { a: 1, b: 5, c: 3, d: 2, e: 4, f: 0 };
  const stages = Object.keys(quality).map((id) => stage(id));
  const stop = {
    metric: "tokenizer/validation/psnr",
    goal: "max" as const,
    rungs: [10, 30],
    reduction: 3,
  };

  it("lets a third go on at each rung and leaves the others where they were", async () => {
    const executor = executorOf(trainTo(quality));
    const { done, pruned } = await start(stages, executor, { stop }).outcome;
    expect(executor.calls.slice(0, 3)).toEqual(["a@10", "b@10", "c@10"]);
    // b is the best of three: it goes on before anything new starts.
    expect(executor.calls[3]).toBe("b@30");
    expect(done.map(({ id }) => id)).toEqual(["b"]);
    expect(pruned.map(({ id }) => id).sort()).toEqual(["a", "c", "d", "e", "f"]);
    expect(readMetrics(join(runs, "e")).at(-1)!.step).toBe(30);
    expect(readMetrics(join(runs, "f")).at(-1)!.step).toBe(10);
  });

  it("comes to the same after being interrupted", async () => {
    const controller = new AbortController();
    const act = trainTo(quality);
    const executor = executorOf(async (options) => {
      const outcome = await act(options);
      if (executor.calls.length === 4) controller.abort();
      return outcome;
    });
    await start(stages, executor, { stop, signal: controller.signal }).outcome;
    const again = executorOf(act);
    const { done } = await start(stages, again, { stop }).outcome;
    expect(done.map(({ id }) => id)).toEqual(["b"]);
    expect(again.calls).not.toContain("a@10");
    expect(again.calls).not.toContain("b@30");
  });

  it("refuses rungs where nothing is validated", () => {
    const run = start(stages, executorOf(finish), { stop: { ...stop, rungs: [15] } });
    return expect(run.outcome).rejects.toThrow(
      /multiples of train\.validateEverySteps \(10\), got 15/,
    );
  });
});
