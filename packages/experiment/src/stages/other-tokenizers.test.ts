/** What the stages do with tokenizers that have no codes, or several kinds of them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Split } from "@fqgan/data";
import { startEngine } from "@fqgan/tensor";
import { createTokenizer, encodeTokenizer, type TokenizerConfigInput } from "@fqgan/tokenizer";
import { beforeAll, expect, it } from "vitest";
import { codesStage } from "./codes-stage.js";
import { evaluateTokenizer } from "./evaluate-tokenizer.js";
import { tokenizerPictures } from "./tokenizer-pictures.js";

const vision = { channels: 8, layers: 1, heads: 2 };
const make = (quantizer: unknown) =>
  createTokenizer({
    image: { size: 8 },
    encoder: { name: "vit", patch: 2, ...vision },
    decoder: { name: "vit", ...vision },
    latentChannels: 8,
    codebooks: { visual: { quantizer, adapter: { name: "none" } } },
  } as TokenizerConfigInput);
const continuous = () => make({ name: "gaussian", dimensions: 3 });

/** Three images of noise. */
const split = {
  name: "test",
  count: 3,
  size: 8,
  labels: Int32Array.of(0, 1, 0),
  ids: ["a", "b", "c"],
  attributes: {},
  images: async (indices: ArrayLike<number>) =>
    Uint8Array.from({ length: indices.length * 192 }, (_, i) => (i * 37) % 256),
} as unknown as Split;
const metrics = [{ name: "psnr" }, { name: "codebook-usage" }];

beforeAll(() => startEngine({ engine: "cpu" }));

it("says that continuous latents have no codes to extract", async () => {
  const folder = mkdtempSync(join(tmpdir(), "fqgan-continuous-"));
  try {
    mkdirSync(join(folder, "checkpoints"));
    const file = join(folder, "checkpoints", "model.safetensors");
    writeFileSync(file, await encodeTokenizer(continuous()));
    const context = { input: () => ({ folder }) } as unknown as Parameters<
      typeof codesStage.run
    >[0];
    await expect(codesStage.run(context)).rejects.toThrow(
      `${folder}: expected a tokenizer with codebooks, got one with continuous latents`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("measures the images of continuous latents, not their codes", async () => {
  const tokenizer = continuous();
  const found = await evaluateTokenizer({ tokenizer, split, batchSize: 2, metrics });
  expect(found.results.map(({ metric }) => metric)).toEqual(["psnr"]);
  expect({ counts: found.counts, images: found.images }).toEqual({ counts: {}, images: 3 });
});

it("measures and draws the codes of every level", async () => {
  const quantizer = { name: "vq", size: 16, dimensions: 4 };
  const tokenizer = make({ name: "residual", levels: 2, quantizer });
  const { counts } = await evaluateTokenizer({ tokenizer, split, batchSize: 2, metrics });
  expect(Object.keys(counts)).toEqual(["visualLevel1", "visualLevel2"]);
  for (const chosen of Object.values(counts))
    expect(chosen.reduce((sum, count) => sum + count, 0)).toBe(3 * 16);
  const pictures = await tokenizerPictures({
    tokenizer,
    split,
    indices: Int32Array.of(0, 1, 2),
    batchSize: 2,
    step: 5,
    withInputs: false,
  });
  expect(pictures.map(({ kind, codebook }) => [kind, codebook])).toEqual([
    ["reconstructions", undefined],
    ["tokens", "visualLevel1"],
    ["tokens", "visualLevel2"],
  ]);
});
