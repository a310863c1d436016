import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRunFolder, type RunConfig, RunFolder } from "@fqgan/experiment";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import {
  type StrictServer,
  startStrictServer,
} from "../../../tracking/src/testing/strict-server.js";
import { runProgram } from "../program.js";

let runs: string;
let server: StrictServer;
beforeEach(async () => {
  runs = mkdtempSync(join(tmpdir(), "fqgan-sync-"));
  server = await startStrictServer();
  vi.stubEnv("WANDB_BASE_URL", server.url);
  vi.stubEnv("WANDB_API_KEY", server.key);
  vi.stubEnv("WANDB_ENTITY", "lab");
  vi.stubEnv("WANDB_PROJECT", "");
  vi.stubEnv("WANDB_MODE", "");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
  rmSync(runs, { recursive: true });
});

async function makeRun(id: string, steps: number, done: boolean): Promise<void> {
  const config: RunConfig = {
    format: 1,
    id,
    label: id,
    kind: "tokenizer",
    revision: 1,
    seed: 0,
    config: {},
    inputs: {},
    createdAt: "",
    git: null,
    versions: {},
  };
  const run = await RunFolder.open(createRunFolder(runs, config));
  for (let step = 1; step <= steps; step++) run.logMetrics(step, { "train/loss": step });
  if (done) {
    run.writeSummary({ metrics: { "test/psnr": 20 }, protocols: {} });
    run.markDone();
  }
  run.close();
}

async function fqgan(...parameters: string[]) {
  const written = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation((text) => {
      written[name] += text;
      return true;
    }),
  );
  const code = await runProgram(["--runs", runs, ...parameters], { entry: "" });
  for (const spy of spies) spy.mockRestore();
  return { code, ...written };
}

it("sends what is not there yet, and nothing the second time", async () => {
  await makeRun("tokenizer-a-0123456789", 3, true);
  await makeRun("tokenizer-b-0123456789", 2, false);
  const first = await fqgan("--json", "sync", "--project", "emoji");
  expect(first.code, first.stderr).toBe(0);
  expect(JSON.parse(first.stdout)).toEqual([
    { id: "tokenizer-a-0123456789", complete: true, requests: 1 },
    { id: "tokenizer-b-0123456789", complete: false, requests: 1 },
  ]);
  expect(server.runs.get("lab/emoji/tokenizer-a-0123456789")).toMatchObject({ exitCode: 0 });
  const requests = server.seen.requests;
  const second = await fqgan("sync", "tokenizer-a", "--project", "emoji");
  expect(second.stderr).toMatch(/nothing new/);
  expect(second.stdout).toMatch(/1 of 1 runs are on http/);
  expect(server.seen.requests).toBe(requests);
  expect(server.refusals).toEqual([]);
});

it("names what it can't find or send", async () => {
  await makeRun("tokenizer-a-0123456789", 1, true);
  const unknown = await fqgan("sync", "tokenzier-a-0123456789");
  expect(unknown.code).toBe(2);
  expect(unknown.stderr).toMatch(
    /no run or sweep of that name.*did you mean "tokenizer-a-0123456789"\?/,
  );
  vi.stubEnv("WANDB_API_KEY", "wrong");
  const refused = await fqgan("sync");
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/refused: status 401/);
  expect(refused.stdout).toMatch(/0 of 1 runs/);
  vi.stubEnv("WANDB_MODE", "offlin");
  expect((await fqgan("sync")).stderr).toMatch(
    /WANDB_MODE: expected online, offline, disabled, got "offlin"/,
  );
});
