import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { RUN_LOG } from "../../store/run-log.js";
import type { PlannedStage } from "../../sweep/plan.js";
import { decide, type Facts } from "./decide.js";
import { slurmSchema } from "./options.js";
import { parseAccounting, parseTasks, taskState } from "./queue.js";
import { jobScript, quote } from "./script.js";
import { slurmArrays } from "./slurm-arrays.js";

describe("the queue", () => {
  it("is read whatever Slurm says", () => {
    const tasks = parseTasks(
      "fqgan-a|1|RUNNING\nfqgan-a|2|PENDING\nother|N/A|RUNNING\nfqgan-b|1|OUT_OF_MEMORY\n",
    );
    expect(Object.fromEntries(tasks)).toEqual({
      "fqgan-a/1": { where: "running" },
      "fqgan-a/2": { where: "waiting" },
      "fqgan-b/1": { where: "ended", state: "OUT_OF_MEMORY" },
    });
    expect(taskState("CANCELLED by 0")).toEqual({ where: "ended", state: "CANCELLED" });
  });

  it("keeps the living one of a task that is there twice", () => {
    expect(parseTasks("a|1|RUNNING\na|1|FAILED").get("a/1")).toEqual({ where: "running" });
    expect(parseTasks("a|1|FAILED\na|1|PENDING").get("a/1")).toEqual({ where: "waiting" });
  });

  it("takes tasks from the accounts, without their steps", () => {
    const tasks = parseAccounting(
      "fqgan-a|12_1|COMPLETED\nbatch|12_1.batch|COMPLETED\nfqgan-a|12_2|NODE_FAIL\n",
    );
    expect(Object.fromEntries(tasks)).toEqual({
      "fqgan-a/1": { where: "ended", state: "COMPLETED" },
      "fqgan-a/2": { where: "ended", state: "NODE_FAIL" },
    });
  });
});

describe("what has become of a stage", () => {
  const facts: Facts = {
    status: "interrupted",
    failure: undefined,
    stoppedMs: undefined,
    task: undefined,
    submittedMs: 1000,
    absentMs: 100_000,
    graceMs: 60_000,
  };
  const failure = { time: 2000, reason: "crash", message: "boom", attempts: 1 };
  const ended = (state: string) => ({ where: "ended", state }) as const;
  const ask = (more: Partial<Facts>) => decide({ ...facts, ...more });

  it("is decided by its folder first", () => {
    expect(ask({ status: "done" }).type).toBe("done");
    expect(ask({ status: "running", task: ended("FAILED") }).type).toBe("wait");
    expect(ask({ status: "failed", failure, task: ended("FAILED") })).toEqual({
      type: "failed",
      reason: "crash",
      message: "boom",
    });
    expect(ask({ stoppedMs: 2000, task: ended("FAILED") }).type).toBe("stopped");
  });
  it("is open while anything can still come", () => {
    expect(ask({ task: { where: "waiting" }, status: "failed", failure }).type).toBe("wait");
    expect(ask({ task: ended("COMPLETED"), absentMs: 100 }).type).toBe("wait");
    expect(ask({ absentMs: 30_000 }).type).toBe("wait");
  });
  it("is another try's failure, not this one's", () => {
    expect(ask({ status: "failed", failure: { ...failure, time: 500 } }).type).toBe("lost");
  });
  it("is Slurm's word where the stage could not say anything", () => {
    expect(ask({ task: ended("OUT_OF_MEMORY") })).toMatchObject({ reason: "out-of-memory" });
    expect(ask({ task: ended("NODE_FAIL") })).toMatchObject({ reason: "preempted" });
    expect(ask({ task: ended("TIMEOUT") })).toMatchObject({ reason: "timeout" });
  });
  it("is lost when the queue has forgotten it or its process ended without a word", () => {
    expect(ask({}).type).toBe("lost");
    expect(ask({ task: ended("FAILED") }).type).toBe("lost");
  });
});

describe("stages as tasks", () => {
  const executed = async (slurmFolder: (path: string) => void) => {
    const folder = mkdtempSync(join(tmpdir(), "fqgan-slurm-"));
    slurmFolder(join(folder, "slurm"));
    mkdirSync(join(folder, "tokenizer-a"));
    const executor = slurmArrays({
      command: ["fqgan"],
      options: slurmSchema.parse({ pollSeconds: 0.01 }),
      queue: { tasks: async () => new Map(), submit: async () => ({}), cancel: async () => {} },
    });
    const outcome = await executor.execute({
      runsFolder: folder,
      stage: { id: "tokenizer-a" } as PlannedStage,
      signal: new AbortController().signal,
      onUpdate() {},
    });
    rmSync(folder, { recursive: true });
    return outcome;
  };

  it("fail with what is wrong where their job can't be written", async () => {
    expect(await executed((path) => symlinkSync("/nowhere/slurm", path))).toMatchObject({
      status: "failed",
      reason: "submit",
      message: expect.stringMatching(/^its job could not be written: .*slurm/),
    });
  });

  it("fail with what is wrong where what is known of them can't be read again and again", async () => {
    expect(await executed((path) => writeFileSync(path, "in the way"))).toMatchObject({
      status: "failed",
      reason: "lost",
      message: expect.stringMatching(/not a directory, .*slurm/),
    });
  });
});

describe("the script", () => {
  const script = (folder: string, command: string[]) =>
    jobScript({
      name: "fqgan-x",
      tasks: 3,
      folder,
      workingFolder: folder,
      command,
      options: slurmSchema.parse({
        cpus: 4,
        gres: "gpu:1",
        setup: ["export MODULE=yes"],
        time: "01:00:00",
      }),
    });

  it("asks for what the options say", () => {
    const text = script("/x", ["node"]);
    for (const line of [
      "--array=1-3%32",
      "--cpus-per-task=4",
      "--gres=gpu:1",
      "--requeue",
      "--time=01:00:00",
    ])
      expect(text).toContain(`#SBATCH ${line}\n`);
    expect(quote("it's")).toBe("'it'\\''s'");
  });

  it("runs its line of the list, and puts itself back into the queue when its time is up", async () => {
    const folder = mkdtempSync(join(tmpdir(), "fqgan-script-"));
    const run = join(folder, "it's two");
    mkdirSync(run);
    writeFileSync(join(folder, "stages.txt"), `/runs/one\n${run}\n`);
    const path = join(folder, "job.sh");
    // A stage that saves itself when told to; a cluster that notes what is asked of it.
    writeFileSync(
      join(folder, "stage.sh"),
      `echo working; sleep 0.3; trap 'exit 130' USR2; echo "$@" "$MODULE" > ${folder}/ran; kill -USR2 $PPID; while :; do sleep 0.05; done`,
    );
    writeFileSync(join(folder, "scontrol"), `#!/bin/bash\necho "$@" > ${folder}/asked`, {
      mode: 0o755,
    });
    writeFileSync(path, script(folder, ["bash", join(folder, "stage.sh")]));
    const env = {
      PATH: `${folder}:${process.env.PATH}`,
      SLURM_ARRAY_TASK_ID: "2",
      SLURM_ARRAY_JOB_ID: "7",
      SLURM_CPUS_PER_TASK: "4",
    };
    expect(() => execFileSync("bash", [path], { env, stdio: "ignore", timeout: 10_000 })).toThrow(
      expect.objectContaining({ status: 130 }),
    );
    expect(readFileSync(join(folder, "ran"), "utf8")).toBe(`${run} --threads 4 yes\n`);
    expect(readFileSync(join(folder, "asked"), "utf8")).toBe("requeue 7_2\n");
    expect(readFileSync(join(run, RUN_LOG), "utf8")).toMatch(/^--- .*Z on .*\nworking\n/);
    rmSync(folder, { recursive: true });
  });

  it("says in the array's own log what is wrong before there is a run to say it in", () => {
    const folder = mkdtempSync(join(tmpdir(), "fqgan-script-"));
    writeFileSync(join(folder, "stages.txt"), `${folder}/missing\n`);
    const path = join(folder, "job.sh");
    writeFileSync(path, script(folder, ["bash", "-c", "echo no such run; exit 1", "--"]));
    const env = { PATH: process.env.PATH, SLURM_ARRAY_TASK_ID: "1" };
    expect(() => execFileSync("bash", [path], { env, stdio: "pipe" })).toThrow(
      expect.objectContaining({ status: 1, stdout: Buffer.from("no such run\n") }),
    );
    expect(existsSync(join(folder, "missing"))).toBe(false);
    rmSync(folder, { recursive: true });
  });
});
