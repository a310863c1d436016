import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  readEvents,
  readMetrics,
  readRunStatus,
  readSweepRecord,
  runConfigSchema,
} from "@fqgan/experiment";
import { encodePng } from "@fqgan/image";
import { createKey, fold, uniform } from "@fqgan/tensor";
import { afterAll, beforeAll, expect, it } from "vitest";

/** A two-point sweep through the command line: killed again and again, it ends as if it never was. */
const ENTRY = join(import.meta.dirname, "../../packages/cli/src/main.ts");

let folder: string;
let sweepFile: string;

/** Blobs of two colours: enough for a tokenizer of 16 codes to have something to learn. */
async function writeImages(path: string): Promise<void> {
  for (const [label, name] of ["round", "square"].entries()) {
    mkdirSync(join(path, name), { recursive: true });
    for (let i = 0; i < 24; i++) {
      const [x, y, r, g, b] = uniform(fold(createKey(i), name), 5) as unknown as number[];
      const data = new Uint8Array(16 * 16 * 3);
      for (let p = 0; p < 256; p++) {
        const dx = (p % 16) - 4 - 8 * x!;
        const dy = Math.floor(p / 16) - 4 - 8 * y!;
        const inside = label === 0 ? dx * dx + dy * dy < 16 : Math.max(dx * dx, dy * dy) < 12;
        data.set(inside ? [r! * 255, g! * 255, b! * 255] : [240, 240, 240], 3 * p);
      }
      const png = await encodePng({ width: 16, height: 16, channels: 3, data });
      writeFileSync(join(path, name, `${i}.png`), png);
    }
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "fqgan-sweep-"));
  const images = join(folder, "images");
  await writeImages(images);
  sweepFile = join(folder, "tiny.yaml");
  writeFileSync(
    sweepFile,
    `
name: tiny
base:
  data: { name: folder, path: ${images}, size: 16 }
  tokenizer:
    preset: vqgan-mini
    model:
      encoder: { channels: 8, groups: 4, multipliers: [1, 1], residualBlocks: 1 }
      decoder: { channels: 8, groups: 4, multipliers: [1, 1], residualBlocks: 1 }
      latentChannels: 8
    train: { steps: 60, batchSize: 4, logEverySteps: 1, validateEverySteps: 20 }
    evaluate: { metrics: [{ name: psnr }, { name: codebook-usage }], batchSize: 4, pictures: 4 }
axes:
  codes:
    VQ 8: { tokenizer.model.codebooks.visual.quantizer.size: 8 }
    VQ 16: { tokenizer.model.codebooks.visual.quantizer.size: 16 }
tables:
  - { name: sizes, title: Sizes, rows: codes, columns: [psnr, usage, bits, parameters] }
`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(parameters: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "--conditions=@fqgan/source", ENTRY, ...parameters],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let stdout = "";
  let stderr = "";
  child.stdout!.on("data", (text) => {
    stdout += text;
  });
  child.stderr!.on("data", (text) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  return { child, ended };
}

const sweep = (runs: string) =>
  start(["--runs", runs, "sweep", "run", sweepFile, "--checkpoint-every", "0.2"]);

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 40_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A run's rows without what depends on the clock and the machine. */
const rowsOf = (runFolder: string) =>
  readMetrics(runFolder).map((row) =>
    Object.fromEntries(
      Object.entries(row).filter(([name]) => !/^(time|elapsedMs|system\/.*)$/.test(name)),
    ),
  );

it("ends a killed and resumed sweep with the same table, rows and weights", async () => {
  const whole = join(folder, "whole");
  const killed = join(folder, "killed");
  const unbroken = await sweep(whole).ended;
  expect(unbroken.stderr).toContain("report");
  expect(unbroken.code).toBe(0);

  // 1. the process of a stage is killed: the runner says so and runs the other point
  const first = sweep(killed);
  await until(() => existsSync(join(killed, "sweeps/tiny/sweep.json")), "sweep.json");
  const [idA, idB] = readSweepRecord(killed, "tiny").order as [string, string];
  const runA = join(killed, idA);
  const runB = join(killed, idB);
  await until(() => existsSync(join(runA, "checkpoints/last.safetensors")), "a checkpoint");
  process.kill(JSON.parse(readFileSync(join(runA, "claim"), "utf8")).pid, "SIGKILL");
  await until(() => readRunStatus(runA) === "failed", "the failure of the first point");
  // 2. the runner itself is killed during the second point
  await until(() => existsSync(join(runB, "checkpoints/last.safetensors")), "a checkpoint");
  first.child.kill("SIGKILL");
  expect((await first.ended).stderr).toContain("killed by SIGKILL");
  expect(readRunStatus(runB)).not.toBe("done");

  // 3. Ctrl-C: saved, and the exit code says that there is more to do
  const second = sweep(killed);
  const resumed = () => readEvents(runA).some(({ type }) => type === "resumed");
  await until(resumed, "the first point going on from its checkpoint");
  second.child.kill("SIGINT");
  const stopped = await second.ended;
  expect(stopped.stderr).toContain("run the same command again to go on");
  expect(stopped.code).toBe(130);

  // 4. the same command once more finishes
  const last = await sweep(killed).ended;
  expect(last.stderr).not.toContain("failed");
  expect(last.code).toBe(0);
  expect(last.stdout).toBe(unbroken.stdout);
  for (const id of [idA, idB]) {
    expect(rowsOf(join(killed, id))).toEqual(rowsOf(join(whole, id)));
    const model = "checkpoints/model.safetensors";
    expect(readFileSync(join(killed, id, model)).equals(readFileSync(join(whole, id, model)))).toBe(
      true,
    );
  }

  // and a run folder reads as its documentation says
  const config = runConfigSchema.parse(JSON.parse(readFileSync(join(runA, "config.json"), "utf8")));
  expect(config).toMatchObject({ format: 1, id: idA, kind: "tokenizer", label: "VQ 8", seed: 0 });
  const report = readFileSync(join(killed, "sweeps/tiny/report.html"), "utf8");
  expect(report).toContain("data:image/png;base64,");
  expect(report).not.toMatch(/<(?:img|script|link)[^>]+(?:src|href)="http/);
}, 120_000);
