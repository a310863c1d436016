import { createKey, type EngineName, startEngine } from "@fqgan/tensor";
import { expect, it } from "vitest";
import { tinyConfig, tinyImages, tinyTeachers } from "./testing/tiny.js";
import { createTokenizer } from "./tokenizer.js";
import { TokenizerTrainer } from "./trainer.js";

const adversarial = {
  discriminator: { name: "patch", channels: 4, layers: 1 },
  balance: "adaptive" as const,
  startStep: 2,
  penalties: [{ name: "lecam" }, { name: "r1", weight: 1 }],
};
const batch = { images: tinyImages(2), teachers: tinyTeachers(2) };

/** Three steps, with a reconstruction before and after. */
async function train(engine: EngineName) {
  await startEngine({ engine });
  const config = { ...tinyConfig, losses: { ...tinyConfig.losses, adversarial } };
  const tokenizer = createTokenizer(config, 1);
  const trainer = new TokenizerTrainer(tokenizer, { key: createKey(1), ema: 0.9 });
  const before = await tokenizer.reconstruct(batch.images);
  const steps = [];
  for (let step = 0; step < 3; step++) steps.push(await trainer.trainStep(batch));
  const after = await tokenizer.reconstruct(batch.images);
  trainer.dispose();
  tokenizer.dispose();
  return { before, steps, after };
}

it("trains compiled as it does eagerly, and its other programs see the new weights", {
  timeout: 300_000,
}, async () => {
  const eager = await train("cpu");
  const compiled = await train("auto");
  for (const [step, scalars] of eager.steps.entries())
    for (const [name, value] of Object.entries(scalars)) {
      const error = Math.abs(compiled.steps[step]![name]! - value);
      expect(error, `step ${step + 1}: ${name}`).toBeLessThan(1e-4 * Math.max(1, Math.abs(value)));
    }
  const change = Math.max(...compiled.after.data.map((v, i) => v - compiled.before.data[i]!));
  expect(change).toBeGreaterThan(1e-3);
  for (const [i, value] of eager.after.data.entries())
    expect(compiled.after.data[i]).toBeCloseTo(value, 3);
});
