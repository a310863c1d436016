/** Every small tokenizer trains, compiled, as it is on a laptop: its loss on one batch falls. */
import { createKey, type HostTensor, hostTensor, startEngine, uniform } from "@fqgan/tensor";
import {
  createTokenizer,
  TokenizerTrainer,
  tokenizerPresetConfig,
  tokenizerPresets,
} from "@fqgan/tokenizer";
import { beforeAll, describe, expect, it } from "vitest";

const BATCH = 4;
const STEPS = 8;

/** Discs of a colour on a ground of another, [B, 32, 32, 3] in [-1, 1]. */
function discs(): HostTensor {
  const size = 32;
  const colours = uniform(createKey(0), BATCH * 6).map((u) => 2 * u - 1);
  const pixels = new Float32Array(BATCH * size * size * 3);
  for (let i = 0; i < pixels.length; i++) {
    const [channel, x, y] = [i % 3, Math.floor(i / 3) % size, Math.floor(i / 3 / size) % size];
    const image = Math.floor(i / 3 / size ** 2);
    const isInside = Math.hypot(x - 16, y - 16) < 6 + 2 * image;
    pixels[i] = colours[image * 6 + (isInside ? 3 : 0) + channel]!;
  }
  return hostTensor(pixels, [BATCH, size, size, 3]);
}

/** Features of the length that each of a tokenizer's teachers has, of images or of each position. */
function teachersFor(tokenizer: ReturnType<typeof createTokenizer>) {
  const wanted = Object.values(tokenizer.config.codebooks).flatMap(
    ({ representation }) => representation ?? [],
  );
  const [rows, columns] = tokenizer.grid;
  return Object.fromEntries(
    wanted.map(({ teacher, features, of }) => {
      const [name, shape] =
        of === "positions"
          ? [`${teacher}.positions`, [BATCH, rows * columns, features]]
          : [teacher, [BATCH, features]];
      const count = shape.reduce((product, side) => product * side, 1);
      return [name, hostTensor(uniform(createKey(1), count), shape)];
    }),
  );
}

beforeAll(() => startEngine({ engine: "auto" }));

const minis = tokenizerPresets.list().filter(({ fidelity }) => fidelity.level === "mini");

describe.each(minis)("$name", ({ name }) => {
  it("trains, and reads and writes what it says", async () => {
    const tokenizer = createTokenizer(tokenizerPresetConfig(name), 1);
    const trainer = new TokenizerTrainer(tokenizer, { key: createKey(1), learningRate: 1e-3 });
    const batch = { images: discs(), teachers: teachersFor(tokenizer) };
    const losses: number[] = [];
    for (let step = 0; step < STEPS; step++)
      losses.push((await trainer.trainStep(batch))["loss.reconstruction"]!);
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(losses.at(-1)).toBeLessThan(0.9 * losses[0]!);
    const reconstruction = await tokenizer.reconstruct(batch.images);
    if (tokenizer.hasCodes) {
      const decoded = await tokenizer.decode(await tokenizer.encode(batch.images));
      for (const [i, value] of decoded.data.entries())
        expect(Math.abs(value - reconstruction.data[i]!)).toBeLessThan(1e-4);
    }
    trainer.dispose();
    tokenizer.dispose();
  });
});
