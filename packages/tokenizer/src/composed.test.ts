/** Tokenizers whose quantizers are composed, whose latents are continuous, or whose networks see tokens. */
import { createKey, type HostTensor, hostTensor, startEngine, tf, uniform } from "@fqgan/tensor";
import { beforeAll, describe, expect, it } from "vitest";
import { decodeTokenizer, encodeTokenizer } from "./checkpoint.js";
import type { TokenizerConfigInput } from "./config.js";
import { tinyConfig, tinyImages } from "./testing/tiny.js";
import { createTokenizer } from "./tokenizer.js";
import { TokenizerTrainer } from "./trainer.js";

const adapter = { name: "none" };
const vq = { name: "vq", size: 16, dimensions: 4 };
const transformer = { channels: 8, layers: 1, heads: 2 };

/** The tiny tokenizer with other codebooks or networks. */
const tiny = (changes: Partial<TokenizerConfigInput>): TokenizerConfigInput => ({
  ...tinyConfig,
  losses: {},
  codebooks: { visual: { quantizer: vq, adapter } },
  ...changes,
});
const quantizedBy = (quantizer: unknown) => tiny({ codebooks: { visual: { quantizer, adapter } } });

const residual = quantizedBy({ name: "residual", levels: 3, quantizer: vq });
const product = quantizedBy({ name: "product", codebooks: { low: vq, high: vq } });
const multiScale = quantizedBy({ name: "multi-scale", scales: [1, 2, 4], quantizer: vq });
const gaussian = quantizedBy({ name: "gaussian", dimensions: 3, weight: 0.01 });
const vit = tiny({
  encoder: { name: "vit", patch: 2, ...transformer },
  decoder: { name: "vit", ...transformer },
});
const latentTokens = tiny({
  encoder: { name: "latent-tokens", tokens: 5, patch: 2, ...transformer },
  decoder: { name: "latent-tokens", patch: 2, ...transformer },
});
const mixed = tiny({
  codebooks: {
    visual: { quantizer: { name: "residual", levels: 2, quantizer: vq }, adapter },
    semantic: { quantizer: vq, adapter: { name: "transformer", layers: 1, heads: 2 } },
  },
  losses: { disentanglement: 0.1 },
});

// Eagerly: these programs run a few times only, which is less than compiling them takes.
beforeAll(() => startEngine({ engine: "cpu" }));

const shapesOf = (codes: Readonly<Record<string, HostTensor>>) =>
  Object.fromEntries(Object.entries(codes).map(([name, { shape }]) => [name, shape]));

describe.each<[string, TokenizerConfigInput, Record<string, number>]>([
  ["residual levels", residual, { visualLevel1: 16, visualLevel2: 16, visualLevel3: 16 }],
  ["parts of a latent", product, { visualLow: 16, visualHigh: 16 }],
  ["scales", multiScale, { visualScale1: 1, visualScale2: 4, visualScale4: 16 }],
  ["levels beside a factor", mixed, { visualLevel1: 16, visualLevel2: 16, semantic: 16 }],
  ["a vision transformer", vit, { visual: 16 }],
  ["latent tokens", latentTokens, { visual: 5 }],
])("a tokenizer with %s", (_, config, positions) => {
  const tokenizer = createTokenizer(config, 1);

  it("writes a named row of codes for each codebook", async () => {
    const codes = await tokenizer.encode(tinyImages(2));
    const expected = Object.entries(positions).map(([name, count]) => [name, [2, count]]);
    expect(shapesOf(codes)).toEqual(Object.fromEntries(expected));
    expect(Object.keys(codes)).toEqual(Object.keys(tokenizer.codebooks));
    const counts = Object.values(positions).reduce((sum, count) => sum + count, 0);
    expect(tokenizer.bitsPerImage).toBe(4 * counts);
  });

  it("draws the same image from codes as in one pass", async () => {
    const images = tinyImages(2);
    const decoded = await tokenizer.decode(await tokenizer.encode(images));
    expect(decoded.shape).toEqual([2, 8, 8, 3]);
    const reconstruction = await tokenizer.reconstruct(images);
    for (const [i, value] of decoded.data.entries())
      expect(value).toBeCloseTo(reconstruction.data[i]!, 5);
  });

  it("learns, by losses that name codebook or factor, and is saved", async () => {
    const own = createTokenizer(config, 2);
    const trainer = new TokenizerTrainer(own, { key: createKey(1), learningRate: 3e-3 });
    const batch = { images: tinyImages(2) };
    const first = await trainer.trainStep(batch);
    for (const name of Object.keys(positions))
      expect(first).toHaveProperty([`loss.${name}.commitment`]);
    await trainer.trainStep(batch);
    const last = await trainer.trainStep(batch);
    expect(last["loss.reconstruction"]).toBeLessThan(first["loss.reconstruction"]!);
    const loaded = await decodeTokenizer(await encodeTokenizer(own), "bytes");
    expect(await loaded.encode(batch.images)).toEqual(await own.encode(batch.images));
  });
});

it("knows whose latents are compared by direction alone", () => {
  const directional = (config: TokenizerConfigInput) =>
    createTokenizer(config, 1).quantization.directional;
  expect(directional(product)).toEqual(["visual"]);
  // Residual levels and scales subtract unit codes from latents, so that their length matters.
  expect(directional(mixed)).toEqual(["semantic"]);
  expect(directional(multiScale)).toEqual([]);
  expect(directional(quantizedBy({ ...vq, normalize: "none" }))).toEqual([]);
  expect(directional(quantizedBy({ name: "lfq", bits: 4 }))).toEqual([]);
  expect(directional(gaussian)).toEqual([]);
});

describe("a tokenizer with continuous latents", () => {
  const tokenizer = createTokenizer(gaussian, 1);
  const images = tinyImages(2);

  it("reconstructs, but has no codes", async () => {
    expect(tokenizer.hasCodes).toBe(false);
    expect(tokenizer.codebooks).toEqual({});
    expect((await tokenizer.reconstruct(images)).shape).toEqual([2, 8, 8, 3]);
    const refusal = "got continuous latents in visual, which have no codes to write or read";
    await expect(tokenizer.encode(images)).rejects.toThrow(refusal);
    await expect(tokenizer.decode({})).rejects.toThrow(refusal);
  });

  it("takes as many bits as its numbers", () => {
    expect(tokenizer.bitsPerImage).toBe(16 * 3 * 32);
  });

  it("learns with a KL loss, drawing samples", async () => {
    const trainer = new TokenizerTrainer(tokenizer, { key: createKey(1), learningRate: 3e-3 });
    const first = await trainer.trainStep({ images });
    expect(first["loss.visual.kl"]).toBeGreaterThan(0);
    await trainer.trainStep({ images });
    const last = await trainer.trainStep({ images });
    expect(last.loss).toBeLessThan(first.loss!);
  });
});

describe("decoding apart", () => {
  const heads = { teacher: "teacher", features: 6, layers: 1, heads: 2 };
  const config = tiny({
    codebooks: {
      visual: { quantizer: vq, adapter, representation: { ...heads, objective: "cosine" } },
    },
    decoding: "apart",
    losses: { reconstruction: { l2: 1 } },
  });

  it("moves the decoder by the image, and codes by the teacher alone", async () => {
    const move = async (change: number) => {
      const tokenizer = createTokenizer(config, 1);
      const trainer = new TokenizerTrainer(tokenizer, { key: createKey(1), clip: 1e9 });
      const images = tinyImages(2);
      const teachers = { teacher: hostTensor(uniform(createKey(3), 12), [2, 6]) };
      // A decoder that draws other images has another loss on the image.
      const bias = tokenizer.namedVariables().get("decoder.output.bias")!;
      bias.assign(tf.add(bias, change) as never);
      const step = await trainer.trainStep({ images, teachers });
      const kernel = (name: string) => [...tokenizer.namedVariables().get(name)!.dataSync()];
      return {
        step,
        encoder: kernel("encoder.input.kernel"),
        decoder: kernel("decoder.output.kernel"),
      };
    };
    const [one, other] = [await move(0), await move(3)];
    expect(one.step["loss.reconstruction"]).not.toBe(other.step["loss.reconstruction"]);
    expect(one.step["loss.visual.representation"]).toBe(other.step["loss.visual.representation"]);
    expect(one.encoder).toEqual(other.encoder);
    expect(one.decoder).not.toEqual(other.decoder);
  });
});

describe("configs that don't fit", () => {
  it.each<[string, Partial<TokenizerConfigInput>, string]>([
    [
      "scales that end before the grid",
      multiScaleOf([1, 2]),
      "codebooks.visual.quantizer: expected scales up to the grid of 4×4 positions, got 1, 2",
    ],
    [
      "a composition of several latents",
      quantizedBy({ name: "factorized", codebooks: { a: vq, b: vq } }),
      "expected a composition of one latent, got factorized with a, b",
    ],
    [
      "a misspelled composition",
      quantizedBy({ name: "residul", quantizer: vq }),
      'unknown name "residul"; did you mean "residual"?',
    ],
    [
      "a mistake inside a composition",
      quantizedBy({ name: "residual", quantizer: { ...vq, sise: 8 } }),
      "codebooks.visual.quantizer.quantizer.sise: unknown key; did you mean size?",
    ],
    [
      "an estimator that nobody reads",
      { ...residual, estimator: "rotation" },
      "set codebooks.visual.quantizer.estimator instead",
    ],
    [
      "tokens without a place for a square map",
      { ...latentTokens, decoder: { name: "vit", ...transformer } },
      'expected a square map of positions, got 1×5; use the decoder "latent-tokens"',
    ],
    [
      "patches that don't tile the image",
      { ...vit, encoder: { name: "vit", patch: 3, ...transformer } },
      "image.size: expected a multiple of the patch of 3 pixels, got 8",
    ],
    [
      "two codebooks of one name",
      {
        codebooks: {
          visual: { quantizer: { name: "residual", levels: 1, quantizer: vq }, adapter },
          visualLevel1: { quantizer: vq, adapter },
        },
      },
      "got visualLevel1 twice",
    ],
  ])("%s", (_, changes, message) => {
    expect(() => createTokenizer(tiny(changes))).toThrow(message);
  });
});

function multiScaleOf(scales: readonly number[]): TokenizerConfigInput {
  return quantizedBy({ name: "multi-scale", scales, quantizer: vq });
}
