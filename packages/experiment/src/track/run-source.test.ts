import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Transport, WandbApi } from "@fqgan/tracking";
import { afterEach, beforeEach, expect, it } from "vitest";
import {
  type StrictServer,
  startStrictServer,
} from "../../../tracking/src/testing/strict-server.js";
import type { RunConfig } from "../schema/run-format.js";
import { createRunFolder, RunFolder } from "../store/run-folder.js";
import { isStopRequested } from "../store/stop-request.js";
import { wandbRun, wandbTracker } from "./tracker.js";

const config: RunConfig = {
  format: 1,
  id: "tokenizer-vq-8-0123456789",
  label: "VQ 8",
  kind: "tokenizer",
  revision: 1,
  seed: 3,
  config: { train: { steps: 4 } },
  inputs: {},
  createdAt: "",
  git: { commit: "abc", dirty: false },
  versions: {},
};

let runs: string;
let server: StrictServer;
beforeEach(async () => {
  runs = mkdtempSync(join(tmpdir(), "fqgan-track-"));
  server = await startStrictServer();
});
afterEach(async () => {
  await server.close();
  rmSync(runs, { recursive: true });
});

const settings = () => ({ baseUrl: server.url, apiKey: server.key, entity: "lab", project: "fq" });
const as = { project: "fq", entity: "lab", group: "ablation" };
const served = () => server.runs.get("lab/fq/tokenizer-vq-8-0123456789")!;
const history = () => served().lines["wandb-history.jsonl"]!.map((line) => JSON.parse(line));

function record(run: RunFolder, step: number): void {
  run.logMedia({
    step,
    name: `r-${step}`,
    kind: "reconstructions",
    caption: "r",
    width: 8,
    height: 8,
    columns: 1,
    rows: 1,
    png: Uint8Array.of(137, step),
  });
  run.logUsage({ step, split: "validation", codebook: "visual", counts: [1, 0, step] });
  run.logMetrics(step, { "train/loss": 1 / step, "system/residentBytes": 1e6 });
}

it("sends a run that is cut, goes on from a checkpoint, and ends", async () => {
  const path = createRunFolder(runs, config);
  const first = await RunFolder.open(path);
  for (const step of [1, 2, 3]) record(first, step);
  first.logEvent({ type: "stopped", message: "stopped at step 2", step: 2 });
  first.close();
  const push = () => wandbRun(path, { api: new WandbApi(settings(), new Transport()), as }).push();
  expect((await push()).complete).toBe(false);
  expect(history().map(({ _step }) => _step)).toEqual([1, 2, 3]);

  const second = await RunFolder.open(path);
  second.rewind({ step: 2, elapsedMs: 10 });
  second.logEvent({ type: "resumed", message: "going on from step 2", step: 2 });
  // Fewer rows than were sent: nothing to send, nothing sent twice.
  expect((await push()).complete).toBe(false);
  for (const step of [3, 4]) record(second, step);
  await new Promise((resolve) => setTimeout(resolve, 5));
  second.writeSummary({ metrics: { "test/psnr": 20 }, protocols: {} });
  second.logUsage({ step: 4, split: "test", codebook: "visual", counts: [2, 2, 2] });
  second.markDone();
  second.close();
  expect((await push()).complete).toBe(true);

  const rows = history();
  expect(rows.map(({ _step }) => _step)).toEqual([1, 2, 3, 4, 5]);
  expect(rows[0]["media/reconstructions"]).toMatchObject({ _type: "image-file", width: 8 });
  expect(rows[3]["usage/validation/visual"].values).toEqual([1, 0, 4]);
  expect(rows[4]).toMatchObject({ "test/psnr": 20, "usage/test/visual": { values: [2, 2, 2] } });
  expect(rows[0]).not.toHaveProperty("system/residentBytes");
  expect(JSON.parse(served().lines["wandb-events.jsonl"]![0]!)["system.residentBytes"]).toBe(1e6);
  expect(served().lines["output.log"]!.join("")).toMatch(/resumed: going on from step 2/);
  expect(JSON.parse(served().summary!)).toMatchObject({ "train/loss": 0.25, "test/psnr": 20 });
  expect(served().variables).toMatchObject({
    groupName: "ablation",
    jobType: "tokenizer",
    commit: "abc",
  });
  expect(served().exitCode).toBe(0);
  expect(server.refusals).toEqual([]);
});

it("asks the run to stop when someone presses Stop, and leaves what can't be sent for later", async () => {
  const path = createRunFolder(runs, config);
  const run = await RunFolder.open(path);
  record(run, 1);
  const wandb = wandbRun(path, { api: new WandbApi(settings()), as });
  await wandb.push();
  server.stop(config.id);
  record(run, 2);
  const tracker = wandbTracker({ settings: settings(), as, onTrouble: () => {} });
  tracker.follow(path);
  await expect.poll(() => isStopRequested(path)).toBe(true);
  run.close();
  expect(await tracker.close(50)).toEqual([path]);
});

it("sends no file from outside the run", async () => {
  const path = createRunFolder(runs, config);
  const run = await RunFolder.open(path);
  record(run, 1);
  run.close();
  writeFileSync(join(runs, "secret.png"), "secret");
  const row = {
    step: 1,
    time: 1,
    kind: "x",
    file: "../../secret.png",
    caption: "",
    width: 1,
    height: 1,
    columns: 1,
    rows: 1,
  };
  writeFileSync(join(path, "media.jsonl"), `${JSON.stringify(row)}\n`);
  await wandbRun(path, { api: new WandbApi(settings()), as }).push();
  expect(history()[0]).not.toHaveProperty("media/x");
  expect(server.files.size).toBe(0);
});
