/** A training that is killed at any moment goes on as if nothing had happened. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createRunFolder,
  planExperiment,
  RUN_FORMAT,
  type RunConfig,
  readEvents,
  readMetrics,
  readRunStatus,
  readSummary,
} from "@fqgan/experiment";
import { encodePng } from "@fqgan/image";
import { createKey, fold, uniform } from "@fqgan/tensor";
import { afterAll, beforeAll, expect, it } from "vitest";

const ENTRY = join(import.meta.dirname, "../../packages/cli/src/main.ts");
const STEPS = 120;
const KILLS = 10;
/** Decides the moments; a failure can be looked at again with the same ones. */
const key = createKey(20241125);

let folder: string;

/** Coloured noise: enough for a tokenizer of 16 codes to have something to learn. */
async function writeImages(path: string): Promise<void> {
  mkdirSync(path, { recursive: true });
  for (let i = 0; i < 32; i++) {
    const data = Uint8Array.from(uniform(fold(createKey(1), i), 16 * 16 * 3), (u) => 255 * u);
    const png = await encodePng({ width: 16, height: 16, channels: 3, data });
    writeFileSync(join(path, `${i}.png`), png);
  }
}

/** Everything that a checkpoint has to carry: a discriminator, averages, parts of batches, a schedule. */
const experiment = (images: string) => {
  const network = { channels: 8, groups: 4, multipliers: [1, 1], residualBlocks: 1 };
  return {
    until: "tokenizer",
    data: { name: "folder", path: images, size: 16 },
    tokenizer: {
      preset: "vqgan-mini",
      model: {
        encoder: network,
        decoder: network,
        latentChannels: 8,
        codebooks: { visual: { quantizer: { size: 16 } } },
        losses: {
          adversarial: {
            discriminator: { name: "patch", channels: 4, layers: 1 },
            startStep: 40,
            penalties: [{ name: "lecam" }],
          },
        },
      },
      train: {
        steps: STEPS,
        batchSize: 4,
        accumulate: 2,
        ema: 0.95,
        learningRate: 0.001,
        schedule: { name: "cosine", warmup: 10 },
        augmentation: { flip: true },
        logEverySteps: 1,
        validateEverySteps: 60,
      },
      evaluate: { metrics: [{ name: "psnr" }], batchSize: 4, pictures: 4 },
    },
  };
};

const start = (run: string, checkpointEvery: string) =>
  spawn(
    process.execPath,
    [
      ...["--import", "tsx", "--conditions=@fqgan/source", ENTRY],
      ...["stage", "run", run, "--checkpoint-every", checkpointEvery],
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );

const ended = (child: ReturnType<typeof start>) =>
  new Promise<number | null>((resolve) => child.on("close", resolve));

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Lines written so far, the last one perhaps half. */
const lines = (run: string, file: string) => {
  const path = join(run, file);
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").length : 0;
};

const rowsOf = (run: string) =>
  readMetrics(run).map((row) =>
    Object.fromEntries(
      Object.entries(row).filter(([name]) => !/^(time|elapsedMs|system\/.*)$/.test(name)),
    ),
  );

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "fqgan-kill-"));
  await writeImages(join(folder, "images"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it(`ends with the same numbers and weights after ${KILLS} × kill -9`, async () => {
  const [stage] = planExperiment(experiment(join(folder, "images")), 3, "kill.test");
  const config: RunConfig = {
    ...stage!,
    format: RUN_FORMAT,
    inputs: {},
    createdAt: new Date().toISOString(),
    git: null,
    versions: {},
  };
  const whole = createRunFolder(join(folder, "whole"), config);
  expect(await ended(start(whole, "3600"))).toBe(0);

  const run = createRunFolder(join(folder, "killed"), config);
  for (let kill = 0; kill < KILLS; kill++) {
    const [lifetime, moment] = uniform(fold(key, "kill", kill), 2) as unknown as number[];
    const child = start(run, "0.05");
    const end = ended(child);
    const before = lines(run, "events.jsonl");
    // It is running: then some steps more, and some milliseconds into the next or into a checkpoint.
    while (lines(run, "events.jsonl") < before + 2 && child.exitCode === null) await pause(5);
    const from = readMetrics(run).length;
    const until = from + Math.floor((lifetime! * STEPS) / KILLS);
    while (readMetrics(run).length < until && child.exitCode === null) await pause(5);
    await pause(60 * moment!);
    child.kill("SIGKILL");
    await end;
    expect(readRunStatus(run), `after kill ${kill + 1}`).not.toBe("done");
  }
  expect(await ended(start(run, "0.05"))).toBe(0);

  // Nothing was lost but the steps since the last checkpoint (which may lack its event still).
  const events = readEvents(run).filter(({ type }) => type === "resumed" || type === "checkpoint");
  const resumed = events.flatMap((event, i) => (event.type === "resumed" ? [i] : []));
  expect(resumed.length).toBeGreaterThan(0);
  for (const index of resumed) {
    const saved = events.slice(0, index).findLast(({ type }) => type === "checkpoint");
    expect(events[index]!.step).toBeGreaterThanOrEqual(saved?.step ?? 0);
  }

  expect(rowsOf(run)).toEqual(rowsOf(whole));
  const { trainMs: _, ...metrics } = readSummary(run)!.metrics;
  const { trainMs: __, ...expected } = readSummary(whole)!.metrics;
  expect(metrics).toEqual(expected);
  const weights = (path: string) => readFileSync(join(path, "checkpoints/model.safetensors"));
  expect(weights(run).equals(weights(whole))).toBe(true);
});
