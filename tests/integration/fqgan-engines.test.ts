/** One FQGAN trained eagerly and by both lowerings of the compiled engine: the same losses. */
import { createKey, fold, hostTensor, normal, startEngine, uniform } from "@fqgan/tensor";
import { createTokenizer, TokenizerTrainer } from "@fqgan/tokenizer";
import { beforeAll, describe, expect, it } from "vitest";
import { BATCH, FEATURES, SIZE, smallFqgan } from "../system/small-models.js";

const STEPS = 20;

/** The loss of every step; the seed is one whose nearest codes are clear. */
async function losses(): Promise<number[]> {
  const tokenizer = createTokenizer(smallFqgan, 5);
  const trainer = new TokenizerTrainer(tokenizer, { key: createKey(5), learningRate: 1e-3 });
  const key = fold(createKey(5), "data");
  const images = hostTensor(
    uniform(fold(key, "images"), BATCH * SIZE * SIZE * 3).map((u) => 2 * u - 1),
    [BATCH, SIZE, SIZE, 3],
  );
  const given = hostTensor(normal(fold(key, "teacher"), BATCH * FEATURES), [BATCH, FEATURES]);
  const seen: number[] = [];
  try {
    for (let step = 0; step < STEPS; step++)
      seen.push((await trainer.trainStep({ images, teachers: { given } })).loss!);
  } finally {
    trainer.dispose();
    tokenizer.dispose();
  }
  return seen;
}

describe("training a small FQGAN", () => {
  let eager: number[];
  beforeAll(async () => {
    await startEngine({ engine: "cpu" });
    eager = await losses();
  });

  it.each(["onnx-plain", "onnx"] as const)("%s gives the eager losses", async (engine) => {
    await startEngine({ engine });
    const compiled = await losses();
    for (const [step, loss] of compiled.entries())
      expect(Math.abs(loss - eager[step]!), `step ${step}`).toBeLessThan(step < 5 ? 1e-4 : 1e-3);
    expect(compiled.at(-1)).toBeLessThan(compiled[0]!);
  });
});
