import { createGenerator, GeneratorTrainer, presetConfig, Sampler } from "@fqgan/ar-generator";
import { createKey, fold, hostTensor, randomBits } from "@fqgan/tensor";
import { chain } from "./chain-head.js";

const config = presetConfig("far-mini", {
  vocabularies: { visual: 16, semantic: 16 },
  grid: [2, 2],
  classes: 2,
  width: 32,
  layers: 1,
  head: { name: chain.name },
});
const generator = createGenerator(config, createKey(0));

// codes in which `semantic` follows from `visual`, and `visual` from nothing
const labels = hostTensor(new Int32Array(16));
const batch = (step: number) => {
  const visual = Int32Array.from(randomBits(fold(createKey(1), step), 64), (word) => word % 16);
  const semantic = visual.map((code) => 15 - code);
  return {
    codes: { visual: hostTensor(visual, [16, 4]), semantic: hostTensor(semantic, [16, 4]) },
    labels,
  };
};

const trainer = new GeneratorTrainer(generator, { key: createKey(2), learningRate: 1e-2 });
for (let step = 0; step < 60; step++) await trainer.trainStep(batch(step));
export const losses = await trainer.evaluate(batch(1000)); // { loss, "loss.visual", "loss.semantic" }

const sampler = new Sampler(generator, { batch: 4 });
export const codes = await sampler.generate({ classes: [0, 0, 0, 0], seed: 7 });
