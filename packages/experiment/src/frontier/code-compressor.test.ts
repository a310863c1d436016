import {
  type CodeBatch,
  createGenerator,
  GeneratorEvaluator,
  GeneratorTrainer,
  presetConfig,
} from "@fqgan/ar-generator";
import { createKey, hostTensor } from "@fqgan/tensor";
import { afterAll, describe, expect, it } from "vitest";
import { CodeCompressor } from "./code-compressor.js";

const generator = createGenerator(
  presetConfig("far-mini", {
    vocabularies: { visual: 16, semantic: 8 },
    grid: [3, 3],
    classes: 2,
    width: 16,
    layers: 1,
  }),
  createKey(0),
);
const labels = hostTensor(Int32Array.from([0, 1, 1]), [3]);
const visual = Int32Array.from(
  { length: 27 },
  (_, i) => (5 * i + 3 * labels.data[Math.floor(i / 9)]!) % 16,
);
const batch: CodeBatch = {
  labels,
  codes: {
    visual: hostTensor(visual, [3, 9]),
    semantic: hostTensor(
      visual.map((code) => code >> 1),
      [3, 9],
    ),
  },
};

const compressor = new CodeCompressor(generator, 4);
afterAll(() => compressor.dispose());

describe("images as files", () => {
  it("come back code for code", async () => {
    const files = await compressor.compress(batch);
    const read = await compressor.decompress(files);
    expect([...read.labels.data]).toEqual([0, 1, 1]);
    for (const name of ["visual", "semantic"])
      expect([...read.codes[name]!.data]).toEqual([...batch.codes[name]!.data]);
  });

  it("have the size that the generator's likelihood says, and shrink as it learns", async () => {
    const evaluator = new GeneratorEvaluator(generator);
    const expected = async () => {
      const { loss } = (await evaluator.losses(batch)) as { loss: number };
      return (loss * 2 * 27) / Math.LN2 / 8;
    };
    const bytes = async () => {
      const files = await compressor.compress(batch);
      return files.reduce((sum, file) => sum + file.length, 0);
    };
    const before = await bytes();
    const untrained = await expected();
    // Two bytes for the class, and what is left of a last byte or two.
    expect(before).toBeGreaterThan(untrained);
    expect(before).toBeLessThan(untrained + 3 * 4.5);
    const trainer = new GeneratorTrainer(generator, { key: createKey(1), learningRate: 1e-2 });
    for (let step = 0; step < 30; step++) await trainer.trainStep(batch);
    expect(await expected()).toBeLessThan(0.5 * untrained);
    const after = new CodeCompressor(generator, 4);
    const size = (await after.compress(batch)).reduce((sum, file) => sum + file.length, 0);
    expect(size).toBeLessThan(0.6 * before);
    expect(size).toBeLessThan((await expected()) + 3 * 4.5);
    after.dispose();
    evaluator.dispose();
    trainer.dispose();
  });
});
