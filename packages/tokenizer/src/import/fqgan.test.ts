import { encodePytorch, encodeSafetensors, hostTensor } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { tokenizerHash } from "../hash.js";
import { loadTokenizer } from "../load.js";
import { tinyConfig, tinyImages } from "../testing/tiny.js";
import { createTokenizer } from "../tokenizer.js";
import { importFqgan } from "./fqgan.js";
import { exportFqgan } from "./fqgan-export.js";

const { visual, semantic } = tinyConfig.codebooks;
const quantizer = { ...visual.quantizer, entropy: { weight: 0.03 } };
const options = {
  groups: 4,
  adapterHeads: 2,
  featureHeads: 2,
  teachers: { semantic: { teacher: "teacher" } },
  losses: { disentanglement: 0.1 },
};

describe("FQGAN's weights", () => {
  const tokenizer = createTokenizer(
    {
      ...tinyConfig,
      codebooks: { visual: { ...visual, quantizer }, semantic: { ...semantic, quantizer } },
    },
    4,
  );

  it("go out and come back the same, their structure read off their shapes", async () => {
    const back = importFqgan(await exportFqgan(tokenizer), options);
    expect(back.config).toEqual(tokenizer.config);
    expect(await tokenizerHash(back)).toBe(await tokenizerHash(tokenizer));
  });

  it("need no feature heads", async () => {
    const back = importFqgan(await exportFqgan(tokenizer), { ...options, teachers: {} });
    expect(back.parameterCount()).toBeLessThan(tokenizer.parameterCount());
    const images = tinyImages(1);
    expect(await back.reconstruct(images)).toEqual(await tokenizer.reconstruct(images));
  });

  it("are refused by name when they are others", async () => {
    const weights = await exportFqgan(tokenizer);
    expect(() => importFqgan({}, options, "a.pt")).toThrow("a.pt: expected weights of FQGAN");
    const { "decoder.conv_out.bias": _, ...fewer } = weights;
    const more = { ...fewer, "encoder.extra.weight": hostTensor(new Float32Array(1)) };
    expect(() => importFqgan(more, options, "a.pt")).toThrow(
      /missing decoder.conv_out.bias\s+unexpected encoder.extra.weight/,
    );
    const shape = { "quant_conv_vis.weight": hostTensor(new Float32Array(6), [3, 2]) };
    expect(() => importFqgan({ ...weights, ...shape }, options, "a.pt")).toThrow(
      "quant_conv_vis.weight: expected [4,8,1,1], got [3,2]",
    );
  });

  it("may be wrapped, as DistributedDataParallel and torch.compile save them", async () => {
    const weights = Object.entries(await exportFqgan(tokenizer));
    const wrapped = Object.fromEntries(
      weights.map(([name, tensor]) => [`module._orig_mod.${name}`, tensor]),
    );
    const hash = await tokenizerHash(tokenizer);
    expect(await tokenizerHash(importFqgan(wrapped, options))).toBe(hash);
    const bytes = encodeSafetensors({ tensors: wrapped, metadata: {} });
    expect(await tokenizerHash(await loadTokenizer(bytes, options))).toBe(hash);
  });

  it("need to be told what shapes don't tell, unless they have the published sizes", async () => {
    const weights = await exportFqgan(tokenizer);
    expect(() => importFqgan(weights, {}, "a.pt")).toThrow(
      "a.pt: expected 128 channels, as in published weights, got 8; of other sizes say how many " +
        "groups of its group norms (--groups) and heads of its adapters (--heads) there are",
    );
  });

  it("go through a file that torch.load reads, and one of safetensors", async () => {
    const tensors = await exportFqgan(tokenizer);
    const hash = await tokenizerHash(tokenizer);
    const pt = await loadTokenizer(encodePytorch({ model: tensors, steps: 3 }), options);
    expect(await tokenizerHash(pt)).toBe(hash);
    const bytes = encodeSafetensors({ tensors, metadata: {} });
    expect(await tokenizerHash(await loadTokenizer(bytes, options))).toBe(hash);
  });
});

describe("LlamaGen's weights", () => {
  const tokenizer = createTokenizer(
    {
      ...tinyConfig,
      codebooks: { visual: { quantizer, adapter: { name: "none" } } },
      losses: {},
    },
    4,
  );

  it("go out by its names and come back", async () => {
    const weights = await exportFqgan(tokenizer);
    for (const name of ["quantize.embedding.weight", "quant_conv.weight", "encoder.norm_out.bias"])
      expect(Object.keys(weights)).toContain(name);
    const told = { ...options, imageSize: 8, entropyWeight: 0.03, losses: {} };
    const back = importFqgan(weights, told);
    expect(back.config).toEqual(tokenizer.config);
    expect(await tokenizerHash(back)).toBe(await tokenizerHash(tokenizer));
    // convolutions fit any size
    expect(importFqgan(weights, { ...told, imageSize: 16 }).config.image.size).toBe(16);
  });
});

describe("a tokenizer that nobody published", () => {
  it("has no names in PyTorch", async () => {
    const { visual: first } = tinyConfig.codebooks;
    const own = createTokenizer({ ...tinyConfig, codebooks: { a: first, b: first } });
    await expect(exportFqgan(own)).rejects.toThrow("PyTorch's names: expected codebooks visual, ");
    const { adapter } = first;
    const adapted = createTokenizer({
      ...tinyConfig,
      codebooks: { visual: { quantizer, adapter } },
      losses: {},
    });
    await expect(exportFqgan(adapted)).rejects.toThrow(
      "LlamaGen VQ has no name for branches.visual.adapter.",
    );
  });
});
