import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { planExperiment, sha256OfFile } from "@fqgan/experiment";
import { createTokenizer, saveTokenizer, tokenizerPresetConfig } from "@fqgan/tokenizer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recipePatch, startingPoint } from "./tokenizer-recipe.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "fqgan-recipe-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("flags of train tokenizer", () => {
  it("say nothing when none is given", () => {
    expect(recipePatch({})).toEqual({ train: {} });
  });

  it("become the stage's training options", () => {
    const patch = recipePatch({
      lr: 1e-3,
      schedule: "cosine",
      warmup: 20,
      ema: 0.99,
      clip: 2,
      accumulate: 4,
      freeze: "encoder",
      lpips: "vgg16.pth",
      lpipsLinear: "vgg.pth",
    });
    const { model, train } = patch as Record<string, Record<string, object>>;
    const [stage] = planExperiment(
      {
        data: { name: "emoji", size: 32 },
        until: "tokenizer",
        tokenizer: { preset: "vqgan-mini", model, train: { steps: 1, batchSize: 8, ...train } },
      },
      0,
      "test",
    );
    expect(stage!.config).toMatchObject({
      model: { losses: { perceptual: { network: "lpips", weight: 1 } } },
      train: {
        learningRate: 1e-3,
        schedule: { name: "cosine", warmup: 20 },
        ema: 0.99,
        clip: 2,
        accumulate: 4,
        freeze: "encoder",
        perceptual: { name: "lpips", weights: resolve("vgg16.pth"), linear: resolve("vgg.pth") },
      },
    });
  });

  it("are asked for before anything runs where a preset needs files", () => {
    const plan = (preset: string, model: object = {}) =>
      planExperiment(
        {
          data: { name: "emoji", size: 32 },
          until: "tokenizer",
          tokenizer: { preset, model, train: { steps: 1, batchSize: 8 } },
        },
        0,
        "test",
      );
    expect(() => plan("vqgan")).toThrow(
      /expected the files of "lpips".*--lpips and --lpips-linear/,
    );
    const losses = { perceptual: null };
    expect(() => plan("fqgan-dual-ds16", { losses })).toThrow(
      /codebooks.semantic.representation.teacher: .*tokenizer.train.teachers.clip-vit-l14=/,
    );
    expect(() => plan("vqgan", { losses })).not.toThrow();
  });

  it("need the classifier for LPIPS", () => {
    expect(() => recipePatch({ lpipsLinear: "vgg.pth" })).toThrow("expected --lpips with it");
  });
});

describe("--init-from", () => {
  it("takes structure and weights of a checkpoint's file", async () => {
    const file = join(folder, "mini.safetensors");
    const tokenizer = createTokenizer(tokenizerPresetConfig("vqgan-mini"), 1);
    await saveTokenizer(file, tokenizer);
    const start = await startingPoint(join(folder, "runs"), file);
    expect(start.model).toEqual(tokenizer.config);
    expect(start.size).toBe(32);
    expect(start.init).toEqual({ file, sha256: await sha256OfFile(file) });
  });

  it("says what is wrong with another file, or a run that is not there", async () => {
    const file = join(folder, "notes.txt");
    writeFileSync(file, "not a checkpoint at all");
    await expect(startingPoint(folder, file)).rejects.toThrow(file);
    await expect(startingPoint(folder, "nowhere")).rejects.toThrow("nowhere: no such run");
  });
});
