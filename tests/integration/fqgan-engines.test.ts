/** One FQGAN trained eagerly and by both lowerings of the compiled engine: the same losses. */
import { createKey, fold, hostTensor, normal, startEngine, uniform } from "@fqgan/tensor";
import { createTokenizer, TokenizerTrainer } from "@fqgan/tokenizer";
import { beforeAll, describe, expect, it } from "vitest";

const STEPS = 20;
const BATCH = 2;
const SIZE = 8;
const FEATURES = 6;

const network = { name: "convolutional", channels: 4, multipliers: [1, 2], groups: 2 };
const quantizer = { name: "vq", size: 16, dimensions: 4, entropy: { weight: 0.03 } };
const adapter = { name: "transformer", layers: 1, heads: 2 };

/** The loss of every step; the seed is one whose nearest codes are clear. */
async function losses(): Promise<number[]> {
  const tokenizer = createTokenizer(
    {
      image: { size: SIZE },
      encoder: { ...network, residualBlocks: 1 },
      decoder: { ...network, residualBlocks: 1 },
      latentChannels: 8,
      codebooks: {
        visual: { quantizer, adapter },
        semantic: {
          quantizer,
          adapter,
          representation: { teacher: "given", features: FEATURES, layers: 1, heads: 2 },
        },
      },
      losses: { disentanglement: 0.1 },
    },
    5,
  );
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
