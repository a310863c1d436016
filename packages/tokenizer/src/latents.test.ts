import { createKey, startEngine } from "@fqgan/tensor";
import { beforeAll, expect, it } from "vitest";
import { encodeLatents, seedCodebooks } from "./latents.js";
import { tinyConfig, tinyImages } from "./testing/tiny.js";
import { createTokenizer } from "./tokenizer.js";

beforeAll(() => startEngine({ engine: "cpu" }));

async function* batches() {
  for (const seed of [1, 2, 3, 4]) yield tinyImages(2, seed);
}

it("gives a latent for every position of every image", async () => {
  const tokenizer = createTokenizer(tinyConfig);
  const [rows, columns] = tokenizer.grid;
  const latents = await encodeLatents(tokenizer, batches());
  for (const { shape } of Object.values(latents)) expect(shape[0]).toBe(8 * rows * columns);
  expect(Object.keys(latents)).toEqual([...tokenizer.factors]);
});

it("starts codebooks at the data, so that more codes are used", async () => {
  const tokenizer = createTokenizer(tinyConfig);
  const used = async () => {
    const codes = await tokenizer.encode(tinyImages(2, 1));
    return Object.values(codes).map(({ data }) => new Set(data).size);
  };
  const before = await used();
  await seedCodebooks(tokenizer, batches(), { key: createKey(0), iterations: 3 });
  const after = await used();
  for (const [i, count] of after.entries()) expect(count).toBeGreaterThan(before[i]!);
});
