import { compositions, quantizers } from "@fqgan/quantizer";
import { startEngine, tf } from "@fqgan/tensor";
import {
  createTokenizer,
  type TokenizerConfigInput,
  tokenizerPresetConfig,
  tokenizerPresets,
} from "@fqgan/tokenizer";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { readManifest } from "../index.js";
import { noise, opened, quantizedBy, tinyTokenizer } from "../testing/tiny.js";
import { compareTokenizer, type TokenizerComparison } from "./compare-tokenizer.js";
import { exportTokenizer } from "./tokenizer.js";

// Eagerly: what the files are held against is tfjs's own arithmetic.
beforeAll(() => startEngine({ engine: "cpu" }));
afterEach(() => tf.disposeVariables());

/** The same codes, and values that differ in their last digits only. */
function expectSame({ files, codes, reconstruction }: TokenizerComparison, tolerance = 1e-4): void {
  for (const { file, worst } of files)
    expect(worst, file).toBeLessThan(file === "quantizer" ? 1 : tolerance);
  expect(codes?.differing ?? 0).toBe(0);
  expect(reconstruction).toBeLessThan(tolerance);
}

const minis = tokenizerPresets.list().filter(({ fidelity }) => fidelity.level === "mini");

/** The preset with narrow networks, which are what eager arithmetic takes long for. */
function narrow(name: string): TokenizerConfigInput {
  const config = tokenizerPresetConfig(name);
  const narrowed = (network: Record<string, unknown>) =>
    network.name === "convolutional"
      ? { ...network, channels: 8, groups: 4 }
      : { ...network, channels: 32, layers: 1, heads: 2 };
  const { encoder, decoder, latentChannels } = config as {
    encoder: Record<string, unknown>;
    decoder: Record<string, unknown>;
    latentChannels: number;
  };
  return {
    ...config,
    encoder: narrowed(encoder),
    decoder: narrowed(decoder),
    latentChannels: Math.min(latentChannels, 32),
  } as TokenizerConfigInput;
}

it.each(minis.map(({ name }) => name))("%s gives the codes that it gives eagerly", async (name) => {
  const tokenizer = createTokenizer(narrow(name), 1);
  const exported = await exportTokenizer(tokenizer, { preset: name });
  expectSame(await compareTokenizer(tokenizer, await opened(exported), noise(1, 32)));
});

describe("a codebook quantized by", () => {
  const vq = { name: "vq", size: 16, dimensions: 4 };
  const examples = [
    ...quantizers.list().map(({ name, example }) => ({ ...example, name })),
    ...compositions
      .list()
      .filter(({ name }) => name !== "factorized") // of several latents
      .map(({ name, example }) => ({ ...example(vq), name })),
  ].map((config) => (config.name === "multi-scale" ? { ...config, scales: [1, 2, 4] } : config));

  it.each(examples.map((config) => [config.name, config] as const))("%s", async (_, config) => {
    const tokenizer = createTokenizer(quantizedBy(config), 1);
    const exported = await exportTokenizer(tokenizer, { preset: "tiny", batch: 2 });
    const open = await opened(exported);
    expectSame(await compareTokenizer(tokenizer, open, noise(2)));
    expect(open.hasCodes).toBe(tokenizer.hasCodes);
    expect([...exported.files.keys()].sort()).toEqual(
      tokenizer.hasCodes
        ? ["codebooks.onnx", "decoder.onnx", "encoder.onnx", "quantizer.onnx"]
        : ["decoder.onnx", "encoder.onnx"],
    );
  });
});

describe("an export", () => {
  it("takes any number of images, in batches of the size that it was made for", async () => {
    const tokenizer = tinyTokenizer();
    const images = noise(3).data as Float32Array;
    const [one, two] = [1, 2].map((batch) => exportTokenizer(tokenizer, { preset: "tiny", batch }));
    const [single, pairs] = [await opened(await one!), await opened(await two!)];
    const codes = await pairs.encode(images);
    expect(codes).toEqual(await single.encode(images));
    expect(codes.visual!.length).toBe(3 * 16);
    const [a, b] = [await pairs.decode(codes), await single.decode(codes)];
    for (const [i, value] of a.entries()) expect(value).toBeCloseTo(b[i]!, 5);
  });

  it("draws from chosen factors alone, and swaps them", async () => {
    const tokenizer = tinyTokenizer();
    const open = await opened(await exportTokenizer(tokenizer, { preset: "tiny" }));
    const images = noise(2);
    const alone = await open.reconstruct(images.data as Float32Array, { factors: ["semantic"] });
    const expected = await tokenizer.reconstructFactor(images, "semantic");
    for (const [i, value] of expected.data.entries()) expect(alone[i]).toBeCloseTo(value, 4);
    const codes = await open.encode(images.data as Float32Array);
    const whole = await open.decode(codes);
    const swapped = await open.decode({ ...codes, visual: codes.visual!.toReversed() });
    expect(swapped).not.toEqual(whole);
  });

  const network = { name: "convolutional", channels: 64, multipliers: [1, 1], groups: 4 };
  const wide = {
    ...quantizedBy({ name: "vq", size: 16, dimensions: 4 }),
    encoder: { ...network, residualBlocks: 1 },
    decoder: { ...network, residualBlocks: 1 },
  } as TokenizerConfigInput;

  it("stores weights in fewer bytes, and codebooks whole", async () => {
    const tokenizer = createTokenizer(wide, 1);
    const images = noise(1);
    const sizes: Record<string, Record<string, number>> = {};
    const worst: Record<string, number> = {};
    for (const precision of ["float32", "float16", "int8"] as const) {
      const exported = await exportTokenizer(tokenizer, { preset: "wide", precision });
      const bytes = [...exported.files].map(([name, { length }]) => [name, length]);
      sizes[precision] = Object.fromEntries(bytes);
      const compared = await compareTokenizer(tokenizer, await opened(exported), images);
      worst[precision] = Math.max(...compared.files.map(({ worst }) => worst));
      expect(compared.files.find(({ file }) => file === "quantizer")!.worst).toBe(0);
    }
    const share = (precision: string, file: string) =>
      sizes[precision]![file]! / sizes.float32![file]!;
    for (const file of ["encoder.onnx", "decoder.onnx"]) {
      expect(share("float16", file)).toBeLessThan(0.56);
      expect(share("int8", file)).toBeLessThan(0.33);
    }
    expect(share("int8", "codebooks.onnx")).toBeCloseTo(1, 2);
    expect(worst.float16!).toBeGreaterThan(worst.float32!);
    expect(worst.int8!).toBeGreaterThan(worst.float16!);
    expect(worst.float16!).toBeLessThan(0.01);
    expect(worst.int8!).toBeLessThan(0.2);
  });

  it("is described by a manifest that is read back", async () => {
    const { manifest } = await exportTokenizer(tinyTokenizer(), { preset: "tiny" });
    expect(readManifest(JSON.parse(JSON.stringify(manifest)))).toEqual(manifest);
    expect(manifest.tokenizer.codebooks.semantic).toEqual({ size: 16, grid: [4, 4] });
    expect(manifest.tokenizer.factors.visual).toEqual({ latent: [4, 4, 4], shape: [4, 4, 4] });
    expect(manifest.tokenizer.files.encoder).toMatchObject({ file: "encoder.onnx" });
    const wrong = { ...manifest, format: 2, batch: 0 };
    expect(() => readManifest(wrong, "there/fqgan.json")).toThrow(/^there\/fqgan\.json: format: /);
    expect(() => readManifest(wrong)).toThrow(/batch: /);
  });

  it("refuses what does not fit", async () => {
    const tokenizer = tinyTokenizer();
    const open = await opened(await exportTokenizer(tokenizer, { preset: "tiny" }));
    await expect(open.encode(new Float32Array(7))).rejects.toThrow(
      "images: expected [B, 8, 8, 3] values one after another, got 7",
    );
    const codes = { visual: new Int32Array(16), semantic: new Int32Array(16) };
    await expect(open.decode({ visual: codes.visual })).rejects.toThrow(
      "expected the codebooks visual, semantic, got visual",
    );
    await expect(open.decode({ ...codes, visual: codes.visual.fill(16) })).rejects.toThrow(
      "codes.visual: expected indices in [0, 16), got 16",
    );
    codes.visual.fill(0);
    await expect(open.decode({ ...codes, semantic: new Int32Array(32) })).rejects.toThrow(
      "values of one number of images, got 1, 2",
    );
    await expect(open.decode(codes, { factors: ["visal"] })).rejects.toThrow(
      'unknown factor "visal"; known: visual, semantic',
    );
    const continuous = createTokenizer(quantizedBy({ name: "gaussian", dimensions: 3 }), 1);
    const without = await opened(await exportTokenizer(continuous, { preset: "kl" }));
    await expect(without.encode(new Float32Array(192))).rejects.toThrow("continuous latents");
  });
});
