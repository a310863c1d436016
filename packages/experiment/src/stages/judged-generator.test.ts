import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Sampler } from "@fqgan/ar-generator";
import { encodePng } from "@fqgan/image";
import { createKey, fold, uniform } from "@fqgan/tensor";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { readEvents, readSummary } from "../store/read-run.js";
import { planExperiment } from "../sweep/plan.js";
import { createRuns } from "../sweep/run-stages.js";
import { runStage } from "./run-stage.js";

const SIZE = 16;
const folder = mkdtempSync(join(tmpdir(), "fqgan-judged-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Noise around a colour of its own for every image, two classes, all three splits. */
beforeAll(async () => {
  for (const [split, count] of Object.entries({ train: 6, val: 2, test: 4 }))
    for (let i = 0; i < count; i++) {
      const className = i % 2 === 0 ? "even" : "odd";
      mkdirSync(join(folder, "data", split, className), { recursive: true });
      const key = fold(createKey(4), split, i);
      const colour = uniform(fold(key, "colour"), 3);
      const noise = uniform(fold(key, "noise"), SIZE * SIZE * 3);
      const data = Uint8Array.from(noise, (u, k) => Math.floor(200 * colour[k % 3]! + 55 * u));
      const png = await encodePng({ width: SIZE, height: SIZE, channels: 3, data });
      writeFileSync(join(folder, "data", split, className, `${i}.png`), png);
    }
});

const network = { name: "convolutional", channels: 8, multipliers: [1, 2], groups: 4 };
const codebook = {
  quantizer: { name: "vq", size: 8, dimensions: 4 },
  adapter: { name: "none" },
};
const fid = { name: "fid" };

const experiment = {
  data: { name: "folder", path: join(folder, "data"), size: SIZE },
  tokenizerSeed: 3,
  tokenizer: {
    model: {
      image: { size: SIZE },
      encoder: { ...network, residualBlocks: 1 },
      decoder: { ...network, residualBlocks: 1 },
      latentChannels: 8,
      codebooks: { visual: codebook, semantic: codebook },
    },
    train: { steps: 1, batchSize: 4 },
    evaluate: { metrics: [{ name: "psnr" }], split: "validation", batchSize: 4 },
  },
  generator: {
    model: {
      width: 16,
      layers: 1,
      heads: 2,
      feedForwardMultiple: 8,
      head: { name: "factorized", layers: 1 },
    },
    order: ["semantic", "visual"],
    train: { steps: 1, batchSize: 4 },
    sample: { images: 6, batchSize: 4, perClass: 1, variants: { few: { topK: 1 } } },
    evaluate: {
      metrics: [fid],
      judges: { second: { extractor: { name: "random" }, metrics: [fid] } },
      nearest: "train",
      informationImages: 0,
      batchSize: 4,
    },
  },
};

it("a tokenizer that is told to stop while it is measured ends there, and is measured anew", async () => {
  const { tokenizer } = experiment;
  const evaluate = { metrics: [{ name: "psnr" }], batchSize: 2 };
  const stages = planExperiment(
    { ...experiment, until: "tokenizer", tokenizer: { ...tokenizer, evaluate } },
    0,
    "test",
  );
  createRuns(folder, stages);
  const path = join(folder, stages[0]!.id);
  const stop = new AbortController();
  const onProgress = ({ phase }: { phase: string }) => phase === "evaluate" && stop.abort();
  const setting = { checkpointEveryMs: 60_000 };
  expect(await runStage(path, { ...setting, signal: stop.signal, onProgress })).toBe("stopped");
  expect(readEvents(path).at(-1)).toMatchObject({ message: "stopped before it was done" });
  const { signal } = new AbortController();
  expect(await runStage(path, { ...setting, signal })).toBe("done");
  expect(readSummary(path)!.metrics["test/psnr"]).toBeGreaterThan(0);
});

it("a generator writes its codes in the order asked for, and is sampled and judged in several ways", async () => {
  const stages = planExperiment(experiment, 0, "test");
  expect(stages.map(({ kind, seed }) => [kind, seed])).toEqual([
    ["tokenizer", 3],
    ["codes", 0],
    ["generator", 0],
  ]);
  createRuns(folder, stages);
  const { signal } = new AbortController();
  const setting = { signal, checkpointEveryMs: 60_000 };
  for (const { id } of stages.slice(0, 2))
    expect(await runStage(join(folder, id), setting)).toBe("done");

  // Stopped after the first batch of the second way to sample: what was drawn is not drawn again.
  const generated = join(folder, stages[2]!.id);
  const stop = new AbortController();
  let ways = 0;
  const onProgress = ({ phase, step }: { phase: string; step: number }) => {
    if (phase === "sample" && step === 4 && ++ways === 2) stop.abort();
  };
  const generate = vi.spyOn(Sampler.prototype, "generate");
  const drawnFrom = () =>
    generate.mock.calls.splice(0).map(([{ topK, firstImage }]) => [topK, firstImage]);
  expect(await runStage(generated, { ...setting, signal: stop.signal, onProgress })).toBe(
    "stopped",
  );
  const grid = [0, 0];
  const drawn = [grid, grid, [0, 0], [0, 4], [1, 0], [1, 4]];
  expect(drawnFrom()).toEqual(drawn.slice(0, 5));
  expect(existsSync(join(generated, "drawn"))).toBe(true);
  expect(await runStage(generated, setting)).toBe("done");
  expect(drawnFrom()).toEqual([grid, ...drawn.slice(5)]);
  expect(existsSync(join(generated, "drawn"))).toBe(false);
  generate.mockRestore();

  const tokenizer = readSummary(join(folder, stages[0]!.id))!.metrics;
  expect(tokenizer["validation/psnr"]).toBeGreaterThan(0);
  expect(tokenizer["test/psnr"]).toBeUndefined();
  expect(tokenizer.flops).toBeGreaterThan(10_000);

  const { metrics, protocols } = readSummary(join(folder, stages[2]!.id))!;
  for (const ways of ["samples", "samples.few"])
    for (const name of ["fid", "second.fid", "nearestTrain", "nearCopies"])
      expect(metrics[`${ways}/${name}`], `${ways}/${name}`).toBeGreaterThanOrEqual(0);
  expect(metrics["samples.few/fid"]).not.toBe(metrics["samples/fid"]);
  expect(protocols["samples.few/second.fid"]).toMatchObject({ extractor: "random-64-v1" });
  expect(metrics["test/nearestTrain"]).toBeGreaterThan(0);
  expect(metrics["test.reconstructed/nearestTrain"]).toBeGreaterThan(0);
  expect(metrics["test.reconstructed/nearestTrain"]).not.toBe(metrics["test/nearestTrain"]);
  // 64 positions of two sub-codes, in bits.
  expect(metrics["test/bitsPerImage"]).toBeCloseTo((metrics["test/loss"]! * 128) / Math.LN2, 8);
  expect(metrics["train/bitsPerImage"]).toBeGreaterThan(0);
  const tokenizerHash = expect.stringMatching(/^[0-9a-f]{16,}$/);
  expect(protocols["test/bitsPerImage"]).toMatchObject({ images: 4, tokenizer: tokenizerHash });
  expect(metrics["train/bitsPerImage"]).not.toBe(metrics["test/bitsPerImage"]);
  const likelihood = JSON.parse(
    readFileSync(join(folder, stages[2]!.id, "likelihood.json"), "utf8"),
  );
  expect(likelihood).toMatchObject({ unit: "bits an image", split: "test" });
  const { visual, semantic } = likelihood.codebooks as Record<string, number[]>;
  const bits = visual!.map((value, image) => value + semantic![image]!);
  expect(bits).toHaveLength(4);
  expect(bits.reduce((a, b) => a + b) / 4).toBeCloseTo(metrics["test/bitsPerImage"]!, 8);
  expect(metrics.flops).toBeGreaterThan(10_000);
});
