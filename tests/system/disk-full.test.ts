/** A sweep on a disk that runs full: a small tmpfs, mounted for the test (as root). */
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readEvents, readFailure, readMetrics, readRunStatus } from "@fqgan/experiment";
import { afterAll, beforeAll, expect, it } from "vitest";
import { fqgan, temporaryFolder } from "./command.js";

const folder = temporaryFolder("disk-full");
const disk = join(folder.path, "disk");
/** Enough for rows and events, too little for a checkpoint (some 200 kB). */
const ROOM_BYTES = 100_000;

beforeAll(() => {
  mkdirSync(disk);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=16m", "tmpfs", disk]);
});
afterAll(() => {
  execFileSync("umount", [disk]);
  folder.remove();
});

/** One run of the sweep of seconds. */
const file = join(folder.path, "one.yaml");
writeFileSync(
  file,
  readFileSync("tests/system/seconds.yaml", "utf8")
    .replace("seeds: [0, 1]", "seeds: [0]")
    .replace(/^ +VQ 32:.*\n/m, ""),
);
const sweep = (runs: string) =>
  fqgan([
    ...["--runs", runs, "--quiet", "--json", "sweep", "run", file],
    ...["--threads", "1", "--checkpoint-every", "0.2"],
  ]).ended;

const tokenizers = (runs: string) =>
  readdirSync(runs)
    .filter((name) => name.startsWith("tokenizer-"))
    .sort();
const rowsOf = (run: string) =>
  readMetrics(run).map(({ step, "train/loss": loss }) => ({ step, loss }));
const cells = (stdout: string) =>
  (JSON.parse(stdout) as { tables: { rows: { cells: unknown }[] }[] }).tables.map(({ rows }) =>
    rows.map((row) => row.cells),
  );

it("says so, keeps what was written, and goes on when there is room", async () => {
  const whole = join(folder.path, "whole");
  const unbroken = await sweep(whole);
  expect(unbroken.code, unbroken.stderr).toBe(0);

  const filler = join(disk, "filler");
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(filler, Buffer.alloc(bavail * bsize - ROOM_BYTES));
  const runs = join(disk, "runs");
  const full = await sweep(runs);
  expect(full.code).toBe(1);
  expect(full.stderr).toMatch(
    /disk is full \(ENOSPC\); everything written before is intact: free some space/,
  );
  const [first] = tokenizers(whole) as [string];
  const failed = tokenizers(runs).filter((id) => readFailure(join(runs, id)) !== undefined);
  for (const id of failed) expect(readFailure(join(runs, id))!.reason).toBe("disk-full");
  for (const id of tokenizers(runs)) {
    expect(readRunStatus(join(runs, id))).not.toBe("done");
    const rows = rowsOf(join(runs, id));
    expect(rows).toEqual(rowsOf(join(whole, id)).slice(0, rows.length));
  }
  expect(tokenizers(runs).some((id) => readMetrics(join(runs, id)).length > 0)).toBe(true);

  rmSync(filler);
  const again = await sweep(runs);
  expect(again.code, again.stderr).toBe(0);
  expect(cells(again.stdout)).toEqual(cells(unbroken.stdout));
  expect(rowsOf(join(runs, first))).toEqual(rowsOf(join(whole, first)));
  expect(readEvents(join(runs, first)).at(-1)?.type).toBe("done");
});
