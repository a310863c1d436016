/** VQGAN and latent diffusion's autoencoders: names and shapes at full size, numbers at small width. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  createKey,
  type HostTensor,
  hostTensor,
  nn,
  startEngine,
  type Tensor,
  toTensor,
  writeVariables,
} from "@fqgan/tensor";
import {
  latentDiffusionNames,
  latentDiffusionWeights,
  parseTokenizerConfig,
  Tokenizer,
  type TokenizerConfigInput,
  tokenizerPresetConfig,
} from "@fqgan/tokenizer";
import { beforeAll, describe, expect, it } from "vitest";
import { filledWeight, hashUniform } from "./fill.js";

interface Numbers {
  readonly latents: readonly number[];
  readonly codes?: readonly number[];
  readonly reconstruction: readonly number[];
}
interface Golden {
  readonly manifests: Readonly<
    Record<string, { entries: number; parameters: number; sha256: string }>
  >;
  readonly numbers: Readonly<Record<"vq" | "kl", Numbers>>;
}

const file = new URL("fixtures/latent-diffusion/golden.json", import.meta.url);
const golden = JSON.parse(readFileSync(file, "utf8")) as Golden;

beforeAll(() => startEngine({ engine: "cpu" }));

const build = (config: TokenizerConfigInput) =>
  nn.withoutInitialValues(() => new Tokenizer(parseTokenizerConfig(config), createKey(0)));

/** Their names and shapes of a tokenizer's weights; layers at single positions are 1×1 convolutions there. */
function theirShapes(tokenizer: Tokenizer): Map<string, readonly number[]> {
  const variables = tokenizer.namedVariables();
  return new Map(
    [...latentDiffusionNames(tokenizer)].map(([name, theirs]) => {
      const shape = variables.get(name)!.shape;
      const [a, b, c, d] = shape as [number, number, number, number];
      if (!name.endsWith("kernel")) return [theirs, shape];
      return [theirs, shape.length === 4 ? [d, c, a, b] : [b, a, 1, 1]];
    }),
  );
}

describe.each(Object.entries(golden.manifests))("%s", (name, manifest) => {
  it("has the names and shapes of the reference", () => {
    const tokenizer = build(tokenizerPresetConfig(name));
    const lines = [...theirShapes(tokenizer)].map(([theirs, shape]) => `${theirs} ${shape.join()}`);
    expect(lines).toHaveLength(manifest.entries);
    expect(tokenizer.parameterCount()).toBe(manifest.parameters);
    const digest = createHash("sha256").update(lines.sort().join("\n")).digest("hex");
    expect(digest).toBe(manifest.sha256);
    tokenizer.dispose();
  });
});

const narrow = { channels: 32, multipliers: [1, 2, 2] };
const models: Readonly<Record<"vq" | "kl", TokenizerConfigInput>> = {
  vq: tokenizerPresetConfig("vqgan", {
    image: { size: 16 },
    encoder: { name: "convolutional", ...narrow },
    decoder: { name: "convolutional", ...narrow },
    latentChannels: 8,
    codebooks: {
      visual: {
        quantizer: { name: "vq", size: 64, dimensions: 8, normalize: "none" },
        adapter: { name: "none" },
      },
    },
  }),
  kl: tokenizerPresetConfig("sd-vae", {
    image: { size: 16 },
    encoder: { name: "convolutional", attention: "middle", ...narrow },
    decoder: { name: "convolutional", attention: "middle", ...narrow },
  }),
};

/** [1, 3, 16, 16] by the fixtures' rule, channels last. */
function input(): HostTensor {
  const values = hashUniform("latent-diffusion.input", 3 * 256);
  const last = values.map((_, i) => values[(i % 3) * 256 + Math.floor(i / 3)]!);
  return hostTensor(last, [1, 16, 16, 3]);
}

describe.each(["vq", "kl"] as const)("a narrow model: %s", (name) => {
  const expected = golden.numbers[name];

  it("gives the reference's latents, codes and image", async () => {
    const tokenizer = build(models[name]);
    const weights = [...theirShapes(tokenizer)].map(
      ([theirs, shape]) => [theirs, filledWeight(theirs, shape)] as const,
    );
    const ours = latentDiffusionWeights(tokenizer, Object.fromEntries(weights), "golden");
    writeVariables(tokenizer.namedVariables(), ours, "golden");
    const latents = tokenizer.encodeLatents(toTensor(input()) as Tensor);
    const { codes, quantized } = tokenizer.quantize(latents, { training: false });
    const near = (actual: Tensor, values: readonly number[]) => {
      const found = actual.dataSync();
      expect(found).toHaveLength(values.length);
      const errors = values.map((value, i) => Math.abs(value - found[i]!));
      expect(Math.max(...errors)).toBeLessThan(2e-5);
    };
    near(latents.visual!, expected.latents);
    expect(codes.visual && [...codes.visual.dataSync()]).toEqual(expected.codes);
    near(tokenizer.decodeQuantized(quantized), expected.reconstruction);
  });

  it("is told from other weights", () => {
    const tokenizer = build(models[name]);
    expect(() => latentDiffusionWeights(tokenizer, {}, "a.ckpt")).toThrow(
      "a.ckpt: expected the weights of VQGAN or latent diffusion's autoencoders, missing encoder.conv_in.weight",
    );
  });
});
