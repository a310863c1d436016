/** Sweeps on a real Slurm, with its controller killed in the middle and tasks put back into the queue. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readMetrics, readRunStatus } from "@fqgan/experiment";
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

const SWEEP = "tests/system/seconds.yaml";
/** Enough for some tasks to be running when things break. */
const STEPS = 600;
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
      "--set",
      `tokenizer.train.steps=${STEPS}`,
      "--set",
      "tokenizer.train.validateEverySteps=300",
      "--threads",
      "1",
      ...more,
    ],
    cluster.environment,
  );

/** A table's numbers without times, for comparing. */
function table(stdout: string): unknown {
  const { tables } = JSON.parse(stdout) as {
    tables: { rows: { label: string; cells: unknown }[] }[];
  };
  return tables.map(({ rows }) => rows.map(({ label, cells }) => ({ label, cells })));
}

const tokenizers = (runs: string): string[] =>
  existsSync(runs) ? readdirSync(runs).filter((name) => name.startsWith("tokenizer-")) : [];

async function until(what: string, holds: () => boolean): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (holds()) return;
    await pause(200);
  }
  throw new Error(`waited two minutes for ${what}`);
}

it("gives the local pool's table, though the controller dies, tasks are requeued and the login is lost", async () => {
  const local = await sweep("local").ended;
  expect(local.code, local.stderr).toBe(0);

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
  await until(
    "a third run",
    () => ids().filter((id) => readRunStatus(join(runs, id)) === "done").length > 2,
  );
  // An administrator puts a running task back into the queue.
  const [task] = cluster
    .command("squeue", "--noheader", "--array", "--states=running", "--format=%i")
    .split("\n");
  if (task) cluster.command("scontrol", "requeue", task.trim());
  const ended = await second.ended;
  expect(ended.code, ended.stderr).toBe(0);
  expect(table(ended.stdout)).toEqual(table(local.stdout));

  for (const id of ids()) {
    const steps = readMetrics(join(runs, id)).map(({ step }) => step);
    expect(steps).toEqual(Array.from({ length: STEPS }, (_, i) => i + 1));
  }
  // A third time there is nothing to do.
  const before = readdirSync(join(runs, "slurm")).length;
  expect((await sweep("slurm", "--executor", EXECUTOR).ended).code).toBe(0);
  expect(readdirSync(join(runs, "slurm"))).toHaveLength(before);
});

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
    ["--runs", runs, "--json", "sweep", "stop", "seconds"],
    cluster.environment,
  ).ended;
  const { stopping, cancelled } = JSON.parse(stopped.stdout) as {
    stopping: string[];
    cancelled: number;
  };
  expect(stopping.length).toBeGreaterThan(0);
  expect(cancelled).toBeGreaterThan(0);
  const { code, stderr } = await started.ended;
  expect(code, stderr).toBe(130);
  await until("saved runs", () =>
    stopping.every((id) => readRunStatus(join(runs, id)) === "interrupted"),
  );
  for (const id of stopping)
    expect(readFileSync(join(runs, id, "events.jsonl"), "utf8")).toContain('"stopped"');
  await until("an empty queue", () => cluster.command("squeue", "--noheader").trim() === "");
});
