/** A sweep that is killed again and again comes to the table of one that was left alone. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import {
  createRuns,
  planSweep,
  readClaim,
  readEvents,
  readMetrics,
  readRunStatus,
  readSweepFile,
  runStage,
  sweepTables,
} from "@fqgan/experiment";
import { afterAll, expect, it } from "vitest";
import { fqgan, pause, temporaryFolder } from "./command.js";

const folder = temporaryFolder("survival");
afterAll(() => folder.remove());

const SWEEP = "tests/system/survive.yaml";
const KILLS = 10;

/** The same moments every time. */
function* moments(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

const { record, stages } = planSweep(readSweepFile(SWEEP), { command: "fqgan" });
const statuses = (runs: string) => stages.map(({ id }) => readRunStatus(join(runs, id)));

/** Kills one worker, as the kernel does when memory runs out. */
function killWorker(runs: string): boolean {
  const running = stages.find(({ id }) => readRunStatus(join(runs, id)) === "running");
  const pid = running && readClaim(join(runs, running.id))?.claim.pid;
  if (!pid || pid === process.pid) return false;
  process.kill(pid, "SIGKILL");
  return true;
}

it("24 runs, killed ten times: the same table, nothing computed twice", async () => {
  // Left alone: one after another in this process.
  const whole = join(folder.path, "whole");
  createRuns(whole, stages);
  const { signal } = new AbortController();
  for (const { id } of stages)
    await runStage(join(whole, id), { signal, checkpointEveryMs: 30_000, engine: { threads: 1 } });

  const runs = join(folder.path, "broken");
  const start = () =>
    fqgan([
      ...["--runs", runs, "--quiet", "--json", "sweep", "run", SWEEP],
      ...["--parallel", "2", "--threads", "1", "--checkpoint-every", "1"],
    ]);
  const random = moments(11);
  let killed = 0;
  while (killed < KILLS) {
    const done = () => statuses(runs).filter((status) => status === "done").length;
    const before = done();
    const runner = start();
    // Some moments are in the middle of starting, training, evaluating; not all runs are done by then.
    const finishing = Math.floor(3 * random.next().value!);
    while (done() < before + finishing && runner.child.exitCode === null) await pause(50);
    await pause(3000 * random.next().value!);
    if (killed % 3 === 2) killWorker(runs);
    // Every other time the workers go with it; otherwise they notice and save themselves.
    if (runner.child.exitCode === null)
      process.kill(killed % 2 === 0 ? -runner.child.pid! : runner.child.pid!, "SIGKILL");
    await runner.ended;
    killed += 1;
    expect(done()).toBeGreaterThanOrEqual(before);
  }
  const last = await start().ended;
  expect(last.code, last.stderr).toBe(0);

  const numbers = (path: string) =>
    sweepTables(path, record).map(({ rows }) => rows.map(({ cells }) => cells));
  expect(numbers(runs)).toEqual(numbers(whole));
  expect(readdirSync(runs).filter((name) => name.startsWith("tokenizer-"))).toHaveLength(24);
  for (const { id } of stages) {
    const events = readEvents(join(runs, id)).map(({ type }) => type);
    expect(events.filter((type) => type === "done")).toHaveLength(1);
    expect(events.at(-1)).toBe("done");
    expect(readMetrics(join(runs, id)).map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  }
}, 1_800_000);
