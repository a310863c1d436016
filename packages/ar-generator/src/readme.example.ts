import { createGenerator, GeneratorTrainer, presetConfig, Sampler } from "@fqgan/ar-generator";
import { createKey, fold, hostTensor, randomBits } from "@fqgan/tensor";

// A small FAR for codes of a tokenizer with two codebooks on a 4 × 4 grid.
const config = presetConfig("far-mini", {
  vocabularies: { visual: 16, semantic: 16 },
  grid: [4, 4],
  classes: 2,
  width: 32,
  layers: 2,
});
const generator = createGenerator(config, createKey(0));

// Codes in which `semantic` follows from `visual`, and `visual` from the class.
const labels = Int32Array.from({ length: 8 }, (_, image) => image % 2);
const batch = (step: number) => {
  const bits = randomBits(fold(createKey(1), step), 8 * 16);
  const visual = Int32Array.from(bits, (word, i) => (word % 8) + 8 * labels[i >> 4]!);
  const semantic = visual.map((code) => 15 - code);
  return {
    codes: { visual: hostTensor(visual, [8, 16]), semantic: hostTensor(semantic, [8, 16]) },
    labels: hostTensor(labels),
  };
};

const trainer = new GeneratorTrainer(generator, { key: createKey(2), learningRate: 3e-3 });
for (let step = 0; step < 60; step++) await trainer.trainStep(batch(step));
export const heldOut = await trainer.evaluate(batch(1000)); // { loss, "loss.visual", "loss.semantic" }

// Four images of class 1, drawn position by position with guidance for one of the codebooks.
const sampler = new Sampler(generator, { batch: 4 });
export const codes = await sampler.generate({
  classes: [1, 1, 1, 1],
  seed: 7,
  topK: 16,
  guidance: { scale: { visual: 2, semantic: 1 } },
});
