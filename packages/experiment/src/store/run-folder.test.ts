import { spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunConfig } from "../schema/run-format.js";
import { readFailure, readMetrics, readRunConfig, readRunStatus, readSummary } from "./read-run.js";
import { createRunFolder, RunFolder } from "./run-folder.js";

const config: RunConfig = {
  format: 1,
  id: "tokenizer-vq-8-0123456789",
  label: "VQ 8",
  kind: "tokenizer",
  revision: 1,
  seed: 0,
  config: { steps: 3 },
  inputs: {},
  createdAt: "2025-01-01T00:00:00.000Z",
  git: null,
  versions: {},
};

let runs: string;
let path: string;
beforeEach(() => {
  runs = mkdtempSync(join(tmpdir(), "fqgan-runs-"));
  path = createRunFolder(runs, config);
});
afterEach(() => rmSync(runs, { recursive: true, force: true }));

describe("run folder", () => {
  it("round-trips metrics with values that JSON has no literal for", async () => {
    const run = await RunFolder.open(path);
    run.logMetrics(1, { "train/loss": 0.5 });
    run.logMetrics(2, { "train/loss": Number.NaN, "train/gradientNorm": Number.POSITIVE_INFINITY });
    run.close();
    const rows = readMetrics(path);
    expect(rows.map((row) => row.step)).toEqual([1, 2]);
    expect(rows[0]!["train/loss"]).toBe(0.5);
    expect(rows[1]!["train/loss"]).toBeNaN();
    expect(rows[1]!["train/gradientNorm"]).toBe(Number.POSITIVE_INFINITY);
  });

  it("cuts rows after the checkpoint it goes on from, and half-written lines", async () => {
    const first = await RunFolder.open(path);
    for (const step of [1, 2, 3, 4]) first.logMetrics(step, { loss: step });
    first.close();
    appendFileSync(join(path, "metrics.jsonl"), '{"step":5,"lo');
    const second = await RunFolder.open(path);
    second.rewind({ step: 2, elapsedMs: 1000 });
    second.logMetrics(3, { loss: 33 });
    second.close();
    const rows = readMetrics(path);
    expect(rows.map((row) => row.loss)).toEqual([1, 2, 33]);
    expect(rows[2]!.elapsedMs).toBeGreaterThanOrEqual(1000);
  });

  it("walks through its states", async () => {
    expect(readRunStatus(path)).toBe("waiting");
    const run = await RunFolder.open(path);
    expect(readRunStatus(path)).toBe("running");
    run.logEvent({ type: "started", message: "go" });
    run.markFailed({ reason: "crash", message: "boom" });
    run.markFailed({ reason: "crash", message: "boom again" });
    run.close();
    expect(readRunStatus(path)).toBe("failed");
    expect(readFailure(path)).toMatchObject({ message: "boom again", attempts: 2 });
    const again = await RunFolder.open(path);
    again.writeSummary({
      metrics: { "test/psnr": 20 },
      protocols: { "test/psnr": { split: "test", images: 4 } },
    });
    again.markDone();
    again.close();
    expect(readRunStatus(path)).toBe("done");
    expect(readSummary(path)!.metrics).toEqual({ "test/psnr": 20 });
  });

  it("refuses a folder of another format, saying so", () => {
    writeFileSync(join(path, "config.json"), JSON.stringify({ ...config, format: 7 }));
    expect(() => readRunConfig(path)).toThrow(/expected run folder format 1, got 7/);
  });

  it("keeps the first config when a run is created twice", () => {
    createRunFolder(runs, { ...config, label: "other" });
    expect(readRunConfig(path).label).toBe("VQ 8");
  });

  it("leaves no temporary file behind a checkpoint", async () => {
    const run = await RunFolder.open(path);
    const file = run.writeCheckpoint("last", new Uint8Array([1, 2, 3]));
    run.writeCheckpoint("last", new Uint8Array([4]));
    run.close();
    expect([...readFileSync(file)]).toEqual([4]);
  });
});

describe("claim", () => {
  it("refuses a second process while the first lives", async () => {
    const run = await RunFolder.open(path);
    await expect(RunFolder.open(path)).rejects.toThrow(
      new RegExp(`process ${process.pid} on ${hostname()} has claimed it`),
    );
    run.close();
    (await RunFolder.open(path)).close();
  });

  it("takes over from a dead process, also when its number is in use again", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await new Promise((resolve) => child.on("exit", resolve));
    const stale = { host: hostname(), startedAt: "2025-01-01", token: "x", processStart: "1" };
    writeFileSync(join(path, "claim"), JSON.stringify({ ...stale, pid: child.pid }));
    (await RunFolder.open(path)).close();
    writeFileSync(join(path, "claim"), JSON.stringify({ ...stale, pid: process.pid }));
    (await RunFolder.open(path)).close();
    writeFileSync(join(path, "claim"), "");
    (await RunFolder.open(path)).close();
  });

  it("gives a dead process's claim to exactly one of many", async () => {
    const stale = { host: hostname(), startedAt: "2025-01-01", token: "x", processStart: "1" };
    writeFileSync(join(path, "claim"), JSON.stringify({ ...stale, pid: 1 }));
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => RunFolder.open(path)),
    );
    const opened = outcomes.filter((outcome) => outcome.status === "fulfilled");
    expect(opened).toHaveLength(1);
    for (const outcome of opened) outcome.value.close();
  });

  it("waits for a process that is stopping", async () => {
    const run = await RunFolder.open(path);
    run.markStopping();
    setTimeout(() => run.close(), 150);
    (await RunFolder.open(path)).close();
  });
});
