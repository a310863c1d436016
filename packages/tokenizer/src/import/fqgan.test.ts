import { hostTensor } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { tokenizerHash } from "../hash.js";
import { tinyConfig, tinyImages } from "../testing/tiny.js";
import { createTokenizer } from "../tokenizer.js";
import { importFqgan } from "./fqgan.js";
import { exportFqgan } from "./fqgan-export.js";
import { transposeHost } from "./layout.js";

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
  });
});

describe("transposeHost", () => {
  it("moves axes", () => {
    const tensor = hostTensor(Float32Array.of(0, 1, 2, 3, 4, 5), [1, 2, 3]);
    const moved = transposeHost(tensor, [2, 0, 1]);
    expect(moved).toEqual(hostTensor(Float32Array.of(0, 3, 1, 4, 2, 5), [3, 1, 2]));
  });
});
