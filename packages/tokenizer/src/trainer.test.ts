import { createKey, startEngine } from "@fqgan/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { tinyConfig, tinyImages, tinyTeachers } from "./testing/tiny.js";
import { createTokenizer } from "./tokenizer.js";
import { TokenizerTrainer } from "./trainer.js";

const adversarial = {
  discriminator: { name: "patch", channels: 4, layers: 1 },
  startStep: 2,
};
const config = { ...tinyConfig, losses: { ...tinyConfig.losses, adversarial } };
const batch = { images: tinyImages(2), teachers: tinyTeachers(2) };
const trainer = (seed = 1) =>
  new TokenizerTrainer(createTokenizer(config, seed), {
    key: createKey(seed),
    learningRate: 1e-3,
    ema: 0.5,
  });

// Eagerly: these programs run a few times only, which is less than compiling them takes.
beforeAll(() => startEngine({ engine: "cpu" }));

describe("TokenizerTrainer", () => {
  it("reports losses that add up, and lowers them", async () => {
    const one = trainer();
    const first = await one.trainStep(batch);
    const parts = Object.entries(first).filter(([name]) => name.startsWith("loss."));
    expect(parts.map(([name]) => name).sort()).toEqual([
      "loss.adversarial",
      "loss.disentanglement",
      "loss.reconstruction",
      "loss.semantic.codebook",
      "loss.semantic.commitment",
      "loss.semantic.representation",
      "loss.visual.codebook",
      "loss.visual.commitment",
    ]);
    const sum = parts.reduce((total, [, value]) => total + value, 0);
    expect(first.loss).toBeCloseTo(sum, 5);
    await one.trainStep(batch);
    const last = await one.trainStep(batch);
    expect(last["loss.reconstruction"]).toBeLessThan(first["loss.reconstruction"]!);
    expect(last.psnr).toBeGreaterThan(first.psnr!);
    expect(last.learningRate).toBe(1e-3);
    expect(one.step).toBe(3);
  });

  it("keeps the discriminator out until its first step", async () => {
    const one = trainer();
    const before = await one.state();
    const first = await one.trainStep(batch);
    expect(first["discriminator.loss"]).toBe(0);
    expect(first["loss.adversarial"]).toBeCloseTo(0, 10);
    const kernel = "adversary.discriminator.output.kernel";
    expect((await one.state())[kernel]).toEqual(before[kernel]);
    const second = await one.trainStep(batch);
    expect(second["discriminator.loss"]).toBeGreaterThan(0);
    expect((await one.state())[kernel]).not.toEqual(before[kernel]);
  });

  it("goes on bit for bit from its state", async () => {
    const unbroken = trainer(1);
    await unbroken.trainStep(batch);
    const resumed = trainer(2);
    resumed.restore(await unbroken.state(), "state");
    expect(await resumed.trainStep(batch)).toEqual(await unbroken.trainStep(batch));
    expect(await resumed.state()).toEqual(await unbroken.state());
  });

  it("averages weights", async () => {
    const one = trainer();
    const name = "decoder.output.bias";
    const start = (await one.state())[`model.${name}`]!.data[0]!;
    await one.trainStep(batch);
    const moved = (await one.state())[`model.${name}`]!.data[0]!;
    expect((await one.averagedWeights())[name]!.data[0]).toBeCloseTo((start + moved) / 2, 6);
  });

  it("evaluates without losses of training", async () => {
    const scalars = await trainer().evaluate({ images: tinyImages(2) });
    expect(Object.keys(scalars)).toEqual(["loss.reconstruction", "psnr"]);
  });

  it("names the teacher whose features are missing", async () => {
    await expect(trainer().trainStep({ images: tinyImages(2) })).rejects.toThrow(
      'codebooks.semantic.representation: expected features [B, 6] of teacher "teacher" in the batch, got none',
    );
  });

  it("refuses another model's state", async () => {
    const other = new TokenizerTrainer(createTokenizer(tinyConfig), { key: createKey(0) });
    expect(() => other.restore({}, "last.safetensors")).toThrow("last.safetensors: expected");
    const state = await trainer().state();
    expect(() => other.restore(state, "last.safetensors")).toThrow("unexpected");
  });
});
