import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RunConfig } from "../schema/run-format.js";
import { createRunFolder, RunFolder } from "../store/run-folder.js";
import { readPastRuns } from "./past-runs.js";

const runs = mkdtempSync(join(tmpdir(), "fqgan-past-"));
afterAll(() => rmSync(runs, { recursive: true }));

const described = (
  what: string,
  hash: string,
  train: { steps: number; batchSize: number },
  size = 32,
) => ({
  id: `tokenizer-${what}-${hash}`,
  kind: "tokenizer" as const,
  config: { train, data: { name: "emoji", size } },
});

async function record(run: ReturnType<typeof described>, seconds: number, residentBytes: number) {
  const config: RunConfig = {
    format: 1,
    label: "",
    revision: 1,
    seed: 0,
    inputs: {},
    createdAt: "",
    git: null,
    versions: {},
    ...run,
  };
  const folder = await RunFolder.open(createRunFolder(runs, config));
  for (const share of [0.5, 1, 0.8])
    folder.logMetrics(Math.round(10 * share), { "system/residentBytes": share * residentBytes });
  folder.close();
  writeFileSync(join(folder.path, "done"), JSON.stringify({ time: 1, elapsedMs: 1000 * seconds }));
}

beforeAll(async () => {
  await record(described("vq-256", "0000000001", { steps: 100, batchSize: 16 }), 10, 1e9);
  await record(described("vq-256", "0000000002", { steps: 100, batchSize: 16 }), 14, 1.2e9);
  await record(described("vq-256", "0000000003", { steps: 100, batchSize: 32 }), 24, 2e9);
  await record(described("fq-256x2", "0000000004", { steps: 100, batchSize: 16 }), 40, 3e9);
  await record(described("vq-256", "0000000005", { steps: 100, batchSize: 16 }, 64), 99, 9e9);
});

it("expects what runs of the same model and image size have taken, by images seen", () => {
  const past = readPastRuns(runs);
  const train = { steps: 200, batchSize: 16 };
  // 10, 14 and 24 s for 1600, 1600 and 3200 images: the middle pace is 12 s for 1600.
  expect(past.seconds(described("vq-256", "ffffffffff", train))).toBeCloseTo(24, 5);
  expect(past.seconds(described("fq-256x2", "ffffffffff", train))).toBeCloseTo(80);
  expect(past.seconds(described("vq-256", "ffffffffff", train, 64))).toBeCloseTo(198);
  // A model never seen goes by its kind.
  expect(past.seconds(described("lfq-12", "ffffffffff", train))).toBeGreaterThan(20);
  const generator = { ...described("x", "ffffffffff", train), kind: "generator" as const };
  expect(past.seconds(generator)).toBeUndefined();
});

it("expects the highest memory of like runs of the same batch", () => {
  const past = readPastRuns(runs);
  const memory = (what: string, batchSize: number) =>
    past.memoryBytes(described(what, "ffffffffff", { steps: 1, batchSize }));
  expect(memory("vq-256", 16)).toBe(1.2e9);
  expect(memory("vq-256", 32)).toBe(2e9);
  expect(memory("fq-256x2", 16)).toBe(3e9);
  expect(
    readPastRuns(join(runs, "nowhere")).memoryBytes(
      described("a", "b", { steps: 1, batchSize: 1 }),
    ),
  ).toBeUndefined();
});
