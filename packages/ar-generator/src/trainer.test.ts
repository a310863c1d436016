import { createKey, fold, hostTensor, randomInteger } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import type { CodeBatch } from "./codes.js";
import type { GeneratorInput } from "./config.js";
import { randomBatch, randomGenerator, tiny } from "./testing/tiny.js";
import { GeneratorTrainer } from "./trainer.js";
import { createGenerator } from "./transformer.js";

const size = 4;
/** The first sub-code is uniform, the second follows from it: independent heads cannot know it. */
function dependentBatch(images: number, seed: number): CodeBatch {
  const visual = Int32Array.from({ length: 2 * images }, (_, i) =>
    randomInteger(fold(createKey(seed), i), size),
  );
  const semantic = visual.map((code) => (3 * code + 1) % size);
  const labels = hostTensor(new Int32Array(images));
  const shape = [images, 2];
  return {
    codes: { visual: hostTensor(visual, shape), semantic: hostTensor(semantic, shape) },
    labels,
  };
}

async function heldOutLoss(head: GeneratorInput["head"]): Promise<number> {
  const generator = createGenerator(
    {
      ...tiny,
      vocabularies: { visual: size, semantic: size },
      grid: [1, 2],
      classes: 1,
      layers: 1,
      ...(head ? { head } : {}),
      dropout: { token: 0, residual: 0, feedForward: 0 },
    },
    createKey(1),
  );
  const trainer = new GeneratorTrainer(generator, { key: createKey(2), learningRate: 1e-2 });
  for (let step = 0; step < 80; step++) await trainer.trainStep(dependentBatch(16, step));
  return (await trainer.evaluate(dependentBatch(64, 10_000))).loss!;
}

describe("GeneratorTrainer", () => {
  it("learns dependent sub-codes with the factorized head, and cannot with linear ones", async () => {
    const factorized = await heldOutLoss({ name: "factorized", layers: 1 });
    const linear = await heldOutLoss({ name: "linear" });
    // In nats, a mean over two codebooks: ln 4 / 2 when the second is known, ln 4 when it is not.
    expect(factorized).toBeLessThan(Math.log(4) / 2 + 0.1);
    expect(linear).toBeGreaterThan(Math.log(4) - 0.05);
  });

  it("reports losses by codebook, the gradient's norm and the learning rate", async () => {
    const generator = createGenerator(tiny, createKey(1));
    const trainer = new GeneratorTrainer(generator, { key: createKey(2), learningRate: 1e-3 });
    const report = await trainer.trainStep(randomBatch(generator, 2));
    expect(Object.keys(report)).toEqual([
      "loss",
      "loss.visual",
      "loss.semantic",
      "gradientNorm",
      "learningRate",
    ]);
    expect(report["loss.visual"]).toBeCloseTo(Math.log(7), 5);
    expect(report.loss).toBeCloseTo((Math.log(7) + Math.log(5)) / 2, 5);
    expect(report.learningRate).toBe(1e-3);
    expect(trainer.step).toBe(1);
  });

  it("goes on bit for bit from its state", async () => {
    const make = (seed: number) => {
      const generator = randomGenerator({ dropout: { path: 0.2 } }, seed);
      return new GeneratorTrainer(generator, {
        key: createKey(9),
        ema: 0.9,
        schedule: (update) => 1e-2 / (update + 1),
      });
    };
    const first = make(1);
    const batches = [0, 1, 2, 3].map((seed) => randomBatch(first.generator, 2, seed));
    for (const batch of batches.slice(0, 2)) await first.trainStep(batch);
    const state = await first.state();
    const second = make(2);
    second.restore(state, "state");
    expect(second.step).toBe(2);
    for (const batch of batches.slice(2))
      expect(await second.trainStep(batch)).toEqual(await first.trainStep(batch));
    expect(await second.state()).toEqual(await first.state());
    expect(await second.averagedWeights()).toEqual(await first.averagedWeights());
    expect(await second.averagedWeights()).not.toEqual(
      Object.fromEntries(
        Object.entries(await second.state()).flatMap(([name, value]) =>
          name.startsWith("model.") ? [[name.slice(6), value]] : [],
        ),
      ),
    );
  });

  it("drops as much as configured only while training", async () => {
    const generator = randomGenerator({ dropout: { class: 0.9, token: 0.5, path: 0.5 } });
    const trainer = new GeneratorTrainer(generator, { key: createKey(1), learningRate: 1e-9 });
    const batch = randomBatch(generator, 4);
    const losses = [await trainer.trainStep(batch), await trainer.trainStep(batch)];
    expect(losses[0]!.loss).not.toBeCloseTo(losses[1]!.loss!, 3);
    const { loss } = await trainer.evaluate(batch);
    expect((await trainer.evaluate(batch)).loss).toBe(loss);
  });

  it("refuses codes that do not fit", async () => {
    const generator = createGenerator(tiny, createKey(1));
    const trainer = new GeneratorTrainer(generator, { key: createKey(2) });
    const { codes, labels } = randomBatch(generator, 2);
    const attempt = (batch: Partial<CodeBatch>) => trainer.trainStep({ codes, labels, ...batch });
    await expect(attempt({ codes: { visual: codes.visual! } })).rejects.toThrow(
      "expected codebooks visual, semantic, got visual",
    );
    const nine = hostTensor(new Int32Array(18), [2, 9]);
    await expect(attempt({ codes: { ...codes, visual: nine } })).rejects.toThrow(
      "expected [2,4] for 2 labels and a grid of 2×2, got [2,9]",
    );
    const large = hostTensor(new Int32Array(8).fill(6), [2, 4]);
    await expect(attempt({ codes: { ...codes, semantic: large } })).rejects.toThrow(
      "codes semantic: 6 is outside the vocabulary of 5",
    );
    await expect(attempt({ labels: hostTensor(Int32Array.of(0, 4)) })).rejects.toThrow(
      "class 4 is out of range",
    );
    expect(trainer.step).toBe(0);
  });

  it("refuses the state of another generator", async () => {
    const trainer = new GeneratorTrainer(randomGenerator(), { key: createKey(1) });
    const other = new GeneratorTrainer(randomGenerator({ layers: 1 }), { key: createKey(1) });
    const state = await other.state();
    expect(() => trainer.restore(state, "run/state")).toThrow("missing model.blocks.1");
    expect(() => trainer.restore({}, "run/state")).toThrow(
      "run/state: expected the training state",
    );
  });
});
