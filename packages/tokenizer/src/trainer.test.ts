import { createKey, hostTensor, startEngine, type Tensor, tf, uniform } from "@fqgan/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import type { Frozen } from "./freeze.js";
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

  it("tells the codes that it chose and how long latents are", async () => {
    const one = trainer();
    expect(one.codes).toEqual({});
    const { tokenizer } = one;
    const encoded = await tokenizer.encode(batch.images);
    const scalars = await one.trainStep(batch);
    expect(one.codes).toEqual({ visual: encoded.visual!.data, semantic: encoded.semantic!.data });
    expect(scalars["latentNorm.visual"]).toBeGreaterThan(0);
    expect(scalars["latentNorm.semantic"]).toBeGreaterThan(0);
  });

  it("teaches the features of each position, where a codebook asks for those", async () => {
    const { semantic, visual } = tinyConfig.codebooks;
    const representation = {
      ...semantic.representation,
      of: "positions" as const,
      objective: "cosine" as const,
    };
    const codebooks = { visual, semantic: { ...semantic, representation } };
    const tokenizer = createTokenizer({ ...tinyConfig, codebooks }, 1);
    const { images } = batch;
    const features = (rows: number) =>
      hostTensor(uniform(createKey(4), 2 * rows * 6), rows > 1 ? [2, rows, 6] : [2, 6]);
    const one = new TokenizerTrainer(tokenizer, { key: createKey(1), learningRate: 1e-2 });
    const teachers = { "teacher.positions": features(16), teacher: features(1) };
    const losses: number[] = [];
    for (let step = 0; step < 6; step++)
      losses.push((await one.trainStep({ images, teachers }))["loss.semantic.representation"]!);
    expect(losses.at(-1)).toBeLessThan(0.9 * losses[0]!);
    for (const wrong of [{ teacher: features(16) }, { "teacher.positions": features(9) }])
      await expect(one.trainStep({ images, teachers: wrong as never })).rejects.toThrow(
        'expected features [B, 16, 6] of teacher "teacher.positions" in the batch, got',
      );
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

  describe("with a batch in parts", () => {
    const apart = { ...config, losses: { ...tinyConfig.losses, disentanglement: 0 } };
    const { semantic } = tinyConfig.codebooks;
    const { representation: _, ...bare } = semantic;
    // Without losses of a whole batch, its parts add up to it.
    const model = { ...apart, codebooks: { ...tinyConfig.codebooks, semantic: bare } };
    const start = (accumulate: number, losses: object = {}) =>
      new TokenizerTrainer(
        createTokenizer({ ...model, losses: { ...model.losses, ...losses } }, 1),
        { key: createKey(1), learningRate: 1e-3, ema: 0.5, accumulate },
      );
    const images = tinyImages(2);

    it("does the step of the whole batch", async () => {
      const [whole, parts] = [start(1), start(2)];
      const [scalars, means] = [
        await whole.trainStep({ images }),
        await parts.trainStep({ images }),
      ];
      expect(Object.keys(means).sort()).toEqual(Object.keys(scalars).sort());
      for (const [name, value] of Object.entries(scalars))
        expect(means[name], name).toBeCloseTo(value, 3);
      expect(parts.step).toBe(1);
      const [expected, actual] = [await whole.averagedWeights(), await parts.averagedWeights()];
      const name = "decoder.output.kernel";
      for (const [i, value] of expected[name]!.data.entries())
        expect(actual[name]!.data[i]).toBeCloseTo(value, 4);
    });

    it("goes on bit for bit from its state, a discriminator's too", async () => {
      const unbroken = start(2, { adversarial });
      await unbroken.trainStep({ images });
      const resumed = start(2, { adversarial });
      resumed.restore(await unbroken.state(), "state");
      expect(await resumed.trainStep({ images })).toEqual(await unbroken.trainStep({ images }));
      expect(await resumed.state()).toEqual(await unbroken.state());
    });

    it("refuses a batch that does not divide", async () => {
      await expect(start(3).trainStep({ images })).rejects.toThrow(
        "expected a batch of a multiple of 3 images, got 2",
      );
    });
  });

  describe("fine-tuning", () => {
    const frozen = async (freeze: Frozen) => {
      const one = new TokenizerTrainer(createTokenizer(config, 1), { key: createKey(1), freeze });
      const before = await one.state();
      const scalars = await one.trainStep(batch);
      const after = await one.state();
      const same = (name: string) =>
        after[`model.${name}`]!.data.every((x, i) => x === before[`model.${name}`]!.data[i]);
      return { same, scalars };
    };

    it("can leave the encoder as it is", async () => {
      const { same } = await frozen("encoder");
      expect(same("encoder.input.kernel")).toBe(true);
      expect(same("branches.visual.project.kernel")).toBe(true);
      expect(same("quantization.codebooks.visual.codebook")).toBe(false);
      expect(same("decoder.output.kernel")).toBe(false);
    });

    it("can train the decoder alone: codes stay, and have no losses", async () => {
      const { same, scalars } = await frozen("encoder-and-codebooks");
      expect(same("quantization.codebooks.visual.codebook")).toBe(true);
      expect(same("decoder.output.kernel")).toBe(false);
      expect(scalars["loss.visual.commitment"]).toBeUndefined();
    });
  });

  describe("with a perceptual loss", () => {
    const perceptual = { network: "blocks", weight: 2 };
    const tokenizer = () => createTokenizer({ ...config, losses: { perceptual } }, 1);
    /** Mean colours of 4 × 4 blocks, compared. */
    const network = {
      call: (a: Tensor, b: Tensor) =>
        tf.mean(tf.square(tf.avgPool(tf.sub(a, b) as tf.Tensor4D, 4, 4, "valid")), [1, 2, 3]),
    };

    it("adds its weight times the mean distance", async () => {
      const one = new TokenizerTrainer(tokenizer(), {
        key: createKey(1),
        perceptual: { blocks: network },
      });
      const first = await one.trainStep(batch);
      expect(first["loss.perceptual"]).toBeGreaterThan(0);
      expect(first["loss.perceptual"]).toBeLessThan(2 * first["loss.reconstruction"]!);
      for (let step = 0; step < 3; step++) await one.trainStep(batch);
      const last = await one.trainStep(batch);
      expect(last["loss.perceptual"]).toBeLessThan(first["loss.perceptual"]!);
    });

    it("names the network that was not given", async () => {
      const one = new TokenizerTrainer(tokenizer(), { key: createKey(1) });
      await expect(one.trainStep(batch)).rejects.toThrow('expected the network "blocks"');
    });
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
