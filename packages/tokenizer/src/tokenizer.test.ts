import { hostTensor, toTensor } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import type { TokenizerConfigInput } from "./config.js";
import { tokenizerHash } from "./hash.js";
import { tinyConfig, tinyImages } from "./testing/tiny.js";
import { createTokenizer } from "./tokenizer.js";

const { visual, semantic } = tinyConfig.codebooks;
const single: TokenizerConfigInput = {
  ...tinyConfig,
  codebooks: { only: { ...visual, adapter: { name: "none" } } },
  losses: {},
};
const triple: TokenizerConfigInput = {
  ...tinyConfig,
  codebooks: { visual, semanticMid: semantic, semanticHigh: visual },
};

describe.each([
  ["one codebook", single],
  ["two", tinyConfig],
  ["three", triple],
])("a tokenizer with %s", (_, config) => {
  const tokenizer = createTokenizer(config, 1);
  const names = Object.keys(config.codebooks);

  it("writes one row of codes for every image and codebook, in decoder channel order", async () => {
    const codes = await tokenizer.encode(tinyImages(2));
    expect(Object.keys(codes)).toEqual(names);
    for (const { dtype, shape, data } of Object.values(codes)) {
      expect({ dtype, shape }).toEqual({ dtype: "int32", shape: [2, 16] });
      for (const index of data) expect(index >= 0 && index < 16).toBe(true);
    }
  });

  it("draws the same image from codes as in one pass", async () => {
    const images = tinyImages(2);
    const decoded = await tokenizer.decode(await tokenizer.encode(images));
    expect(decoded.shape).toEqual([2, 8, 8, 3]);
    expect(decoded).toEqual(await tokenizer.reconstruct(images));
  });

  it("has losses in training only", () => {
    const images = toTensor(tinyImages(1));
    expect(tokenizer.forward(images, { training: false }).losses).toEqual({});
    const { losses } = tokenizer.forward(images, { training: true });
    const expected = names.flatMap((name) => [`${name}.codebook`, `${name}.commitment`]);
    if (names.length > 1) expected.push("disentanglement");
    expect(Object.keys(losses).sort()).toEqual(expected.sort());
  });
});

describe("Tokenizer", () => {
  const tokenizer = createTokenizer(tinyConfig, 1);

  it("is a function of its config and seed", async () => {
    expect(await tokenizerHash(createTokenizer(tinyConfig, 1))).toBe(
      await tokenizerHash(tokenizer),
    );
    expect(await tokenizerHash(createTokenizer(tinyConfig, 2))).not.toBe(
      await tokenizerHash(tokenizer),
    );
  });

  it("says how many bits an image takes", () => {
    expect(tokenizer.bitsPerImage).toBe(16 * (4 + 4));
  });

  it("draws what one codebook alone knows: the other's codes don't matter", async () => {
    const images = tinyImages(1);
    const before = await tokenizer.reconstructFactor(images, "visual");
    expect(before).not.toEqual(await tokenizer.reconstructFactor(images, "semantic"));
    const other = createTokenizer(tinyConfig, 1);
    const { codebook } = other.quantization.codebooks.semantic as unknown as {
      codebook: { assign(values: unknown): void; shape: number[]; size: number };
    };
    codebook.assign(toTensor(hostTensor(new Float32Array(codebook.size).fill(1), codebook.shape)));
    expect(await other.reconstructFactor(images, "visual")).toEqual(before);
    expect(await other.reconstruct(images)).not.toEqual(await tokenizer.reconstruct(images));
  });

  it("predicts its teacher's features for the image and every position", () => {
    const { quantized } = tokenizer.forward(toTensor(tinyImages(2)), { training: false });
    const features = tokenizer.predictFeatures(quantized);
    expect(Object.keys(features)).toEqual(["semantic"]);
    expect(features.semantic!.shape).toEqual([2, 17, 6]);
  });

  it("refuses images of another size", async () => {
    const images = hostTensor(new Float32Array(16 * 16 * 3), [1, 16, 16, 3]);
    await expect(tokenizer.encode(images)).rejects.toThrow(
      "images: expected float32 [B, 8, 8, 3] in [-1, 1], got float32 [1, 16, 16, 3]",
    );
  });

  it("refuses codes that it could not have written", async () => {
    const row = (value: number, positions = 16) =>
      hostTensor(new Int32Array(positions).fill(value), [1, positions]);
    await expect(tokenizer.decode({ visual: row(0) })).rejects.toThrow(
      "codes: expected the codebooks visual, semantic, got visual",
    );
    await expect(tokenizer.decode({ visual: row(0), semantic: row(16) })).rejects.toThrow(
      "codes.semantic: expected indices in [0, 16), got 16",
    );
    await expect(tokenizer.decode({ visual: row(0, 4), semantic: row(0) })).rejects.toThrow(
      "codes.visual: expected int32 [B, 16]",
    );
  });

  it("names the codebooks that it has", async () => {
    await expect(tokenizer.reconstructFactor(tinyImages(1), "sematic")).rejects.toThrow(
      'unknown codebook "sematic"; known: visual, semantic',
    );
  });
});

describe("a tokenizer's config", () => {
  it.each<[string, unknown, string]>([
    ["no codebooks", { ...tinyConfig, codebooks: {} }, "expected at least one codebook"],
    ["unknown key", { ...tinyConfig, latentChanels: 8 }, "did you mean latentChannels?"],
    [
      "unknown quantizer",
      { codebooks: { visual: { quantizer: { name: "vqq", size: 8 } } } },
      'unknown name "vqq"; did you mean "vq"?',
    ],
    [
      "empty codebook",
      { codebooks: { visual: { quantizer: { name: "vq", size: 0 } } } },
      "codebooks.visual.quantizer",
    ],
    ["image of no whole grid", { ...tinyConfig, image: { size: 9 } }, "expected a multiple of 2"],
    [
      "decoder of another factor",
      { ...tinyConfig, decoder: { ...tinyConfig.decoder, multipliers: [1, 1, 2] } },
      "decoder: expected it to enlarge 4×4 positions to 8×8 pixels, got 3 levels that enlarge 4 times",
    ],
    ["nothing to disentangle", { ...single, losses: { disentanglement: 1 } }, "second codebook"],
  ])("is refused by name: %s", (_, config, message) => {
    expect(() => createTokenizer(config as TokenizerConfigInput)).toThrow(message);
  });
});
