import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Split } from "@fqgan/data";
import type { Extractor } from "@fqgan/features";
import { type HostTensor, hostTensor, startEngine } from "@fqgan/tensor";
import { createTokenizer, type TokenizerConfigInput } from "@fqgan/tokenizer";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ClassBalanced } from "./class-balanced.js";
import { evaluateTokenizer } from "./evaluate-tokenizer.js";

const vision = { channels: 8, layers: 1, heads: 2 };
const tokenizerOf = (seed: number) =>
  createTokenizer(
    {
      image: { size: 8 },
      encoder: { name: "vit", patch: 2, ...vision },
      decoder: { name: "vit", ...vision },
      latentChannels: 8,
      codebooks: {
        visual: { quantizer: { name: "vq", size: 16, dimensions: 4 }, adapter: { name: "none" } },
      },
    } as TokenizerConfigInput,
    seed,
  );

/** Eleven images of their own noise. */
const split = {
  name: "test",
  count: 11,
  size: 8,
  labels: Int32Array.of(0, 1, 0, 2, 1, 0, 1, 2, 0, 1, 0),
  ids: [..."abcdefghijk"],
  attributes: {},
  images: async (indices: ArrayLike<number>) =>
    Uint8Array.from(Array.from(indices).flatMap((index) => noise(index))),
} as unknown as Split;
const noise = (index: number) =>
  Array.from({ length: 192 }, (_, i) => (i * (37 + 2 * index) + (i % 7) ** index) % 256);

/** Averages over parts of an image. */
const judge = (parts: number): Extractor => ({
  name: `means-${parts}`,
  hash: "0",
  preparation: "none",
  dimensions: parts,
  extract: async ({ data, shape: [count = 0] }: HostTensor) => {
    const length = 192 / parts;
    const part = (i: number) => data.subarray(i * length, (i + 1) * length) as Float32Array;
    const means = Float32Array.from(
      { length: count * parts },
      (_, i) => part(i).reduce((sum, value) => sum + value, 0) / length,
    );
    return { features: hostTensor(means, [count, parts]) };
  },
  features: async (images) => (await judge(parts).extract(images)).features,
  dispose: () => undefined,
});

const folder = mkdtempSync(join(tmpdir(), "fqgan-evaluation-"));
const kept = join(folder, "evaluation");
beforeAll(() => startEngine({ engine: "cpu" }));
afterAll(() => rmSync(folder, { recursive: true }));

const first = judge(4);
const evaluate = async (seed: number, stopAfter = split.count) => {
  const observer = new ClassBalanced(3);
  const resumed: number[] = [];
  const { forget, ...found } = await evaluateTokenizer({
    tokenizer: tokenizerOf(seed),
    split,
    batchSize: 2,
    metrics: [{ name: "psnr" }, { name: "fid" }, { name: "codebook-usage" }],
    judge: first,
    opinions: {
      perceptual: undefined,
      others: [{ name: "second", judge: judge(3), metrics: [{ name: "kid", subsets: 0 }] }],
    },
    observer,
    keep: {
      data: { name: "noise" },
      folder: kept,
      everyMs: 0,
      onResume: ({ read }) => resumed.push(read.real),
    },
    onImages(done) {
      if (done > stopAfter) throw new Error("power cut");
    },
  });
  return { found: { ...found, balanced: await observer.summary(first) }, resumed, forget };
};

it("goes on where it was stopped, to the same last bit, until its numbers are of no more use", async () => {
  const whole = await evaluate(1);
  expect(whole.found.images).toBe(11);
  whole.forget();
  expect(existsSync(kept)).toBe(false);
  for (const images of [4, 8]) await expect(evaluate(1, images)).rejects.toThrow("power cut");
  const again = await evaluate(1);
  expect(again.resumed).toEqual([8]);
  expect(again.found).toEqual(whole.found);
  const found = await evaluate(1);
  expect(found.resumed).toEqual([11]);
  expect(found.found).toEqual(whole.found);
  const other = await evaluate(2);
  expect(other.resumed).toEqual([]);
  expect(other.found.results).not.toEqual(whole.found.results);
});
