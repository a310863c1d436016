/** Sweeps on a real Slurm, with its controller killed in the middle and tasks put back into the queue. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  createRuns,
  parseOverrides,
  planSweep,
  readEvents,
  readMetrics,
  readRunStatus,
  readSweepFile,
  runStage,
  sweepTables,
} from "@fqgan/experiment";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fqgan, pause, temporaryFolder } from "./command.js";
import { type SlurmCluster, startSlurm } from "./slurm-cluster.js";

const folder = temporaryFolder("slurm-runs");
let cluster: SlurmCluster;
beforeAll(async () => {
  cluster = await startSlurm();
});
afterAll(() => {
  cluster?.stop();
  folder.remove();
});

/** 24 runs, as those that survival.test.ts kills. */
const SWEEP = "tests/system/survive.yaml";
/**
 * Enough for tasks to go on while the controller is dead: it hears of one that ends then only minutes later, when the
 * node reports what it runs, and until then holds its place.
 */
const STEPS = 600;
const CHANGES = [`tokenizer.train.steps=${STEPS}`, `tokenizer.train.validateEverySteps=${STEPS}`];
const EXECUTOR =
  "{name: slurm, cpus: 1, memory: 1500M, pollSeconds: 0.5, graceSeconds: 4, parallel: 2}";

const sweep = (runs: string, ...more: string[]) =>
  fqgan(
    [
      "--runs",
      join(folder.path, runs),
      "--quiet",
      "--json",
      "sweep",
      "run",
      SWEEP,
      ...CHANGES.flatMap((change) => ["--set", change]),
      "--threads",
      "1",
      ...more,
    ],
    cluster.environment,
  );

const { record, stages } = planSweep(readSweepFile(SWEEP), {
  command: "fqgan",
  overrides: parseOverrides(CHANGES),
});
const numbers = (runs: string) =>
  sweepTables(runs, record).map(({ rows }) => rows.map(({ cells }) => cells));

const tokenizers = (runs: string): string[] =>
  existsSync(runs) ? readdirSync(runs).filter((name) => name.startsWith("tokenizer-")) : [];

/** A run in the first half of its training, and the task that Slurm runs it as. */
function taskAmid(runs: string, ids: readonly string[]): { id: string; task: string } | undefined {
  const jobs = cluster
    .command("squeue", "--noheader", "--array", "--states=running", "--format=%i|%j|%K")
    .split("\n")
    .filter(Boolean);
  for (const line of jobs) {
    const [task, job, number] = line.trim().split("|") as [string, string, string];
    const folders = readFileSync(join(runs, "slurm", job, "stages.txt"), "utf8").split("\n");
    const id = ids.find((name) => folders[Number(number) - 1]?.endsWith(`/${name}`));
    if (id === undefined || readRunStatus(join(runs, id)) !== "running") continue;
    const steps = readMetrics(join(runs, id)).length;
    if (steps > 0 && steps < STEPS / 2) return { id, task };
  }
  return undefined;
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (holds()) return;
    await pause(200);
  }
  const queue = cluster.command("squeue", "--array", "--format=%i %j %T %r %S");
  throw new Error(`waited two minutes for ${what}; the queue:\n${queue}`);
}

it("24 runs: an unbroken table, though the controller dies, tasks are requeued and the login is lost", async () => {
  // Left alone, without Slurm: one after another in this process.
  const whole = join(folder.path, "whole");
  createRuns(whole, stages);
  const { signal } = new AbortController();
  for (const { id } of stages)
    await runStage(join(whole, id), { signal, checkpointEveryMs: 30_000, engine: { threads: 1 } });

  const runs = join(folder.path, "slurm");
  const first = sweep("slurm", "--executor", EXECUTOR);
  const ids = () => tokenizers(runs);
  const running = () => ids().filter((id) => readRunStatus(join(runs, id)) === "running");
  await until("running tasks", () => running().length === 2);
  // The login is lost: the program is gone, its tasks go on.
  process.kill(-first.child.pid!, "SIGKILL");
  await first.ended;
  await cluster.killController();
  await pause(1000);
  // Without controller and login the tasks go on, or have ended well.
  const well = ids().filter((id) => /running|done/.test(readRunStatus(join(runs, id))));
  expect(well.length).toBeGreaterThan(1);
  await cluster.startController();

  const second = sweep("slurm", "--executor", EXECUTOR);
  // An administrator puts a task back into the queue that has begun and is far from its end.
  let requeued: { readonly id: string; readonly task: string } | undefined;
  await until("a task in the middle of its training", () => {
    requeued = taskAmid(runs, ids());
    return requeued !== undefined;
  });
  cluster.command("scontrol", "requeue", requeued!.task);
  const ended = await second.ended;
  expect(ended.code, ended.stderr).toBe(0);
  expect(numbers(runs)).toEqual(numbers(whole));
  expect(ids().sort()).toEqual(stages.map(({ id }) => id).sort());
  // It saved itself and went on from there.
  const events = readEvents(join(runs, requeued!.id)).map(({ type }) => type);
  expect(events).toContain("stopped");
  expect(events.slice(events.indexOf("stopped"))).toContain("resumed");

  for (const id of ids()) {
    const steps = readMetrics(join(runs, id)).map(({ step }) => step);
    expect(readEvents(join(runs, id)).filter(({ type }) => type === "done")).toHaveLength(1);
    expect(steps).toEqual(Array.from({ length: STEPS }, (_, i) => i + 1));
  }
  // A third time there is nothing to do.
  const before = readdirSync(join(runs, "slurm")).length;
  expect((await sweep("slurm", "--executor", EXECUTOR).ended).code).toBe(0);
  expect(readdirSync(join(runs, "slurm"))).toHaveLength(before);
}, 1_800_000);

it("says what the cluster refuses", async () => {
  const { code, stderr } = await sweep(
    "refused",
    "--executor",
    "{name: slurm, partition: nowhere, pollSeconds: 0.5}",
  ).ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/submit: sbatch: .*invalid partition/i);
});

it("stops a sweep wherever it is: running stages save themselves, waiting ones leave the queue", async () => {
  const runs = join(folder.path, "time");
  const started = sweep("time", "--set", "tokenizer.train.steps=100000", "--executor", EXECUTOR);
  await until("a running task", () =>
    tokenizers(runs).some((id) => readRunStatus(join(runs, id)) === "running"),
  );
  const stopped = await fqgan(
    ["--runs", runs, "--json", "sweep", "stop", "survive"],
    cluster.environment,
  ).ended;
  const { stopping, cancelled } = JSON.parse(stopped.stdout) as {
    stopping: string[];
    cancelled: number;
  };
  expect(stopping.length).toBeGreaterThan(0);
  expect(cancelled).toBeGreaterThan(0);
  const since = Date.now();
  const { code, stderr } = await started.ended;
  expect(code, stderr).toBe(130);
  await until("saved runs", () =>
    stopping.every((id) => readRunStatus(join(runs, id)) === "interrupted"),
  );
  for (const id of stopping)
    expect(readFileSync(join(runs, id, "events.jsonl"), "utf8")).toContain('"stopped"');
  const own = readdirSync(join(runs, "slurm"));
  await until("its tasks to leave the queue", () => {
    const queued = cluster.command("squeue", "--noheader", "--format=%j").split("\n");
    return !own.some((job) => queued.includes(job));
  });
  // Nobody waited for Slurm to lose its patience with a task.
  expect(Date.now() - since).toBeLessThan(90_000);
});
