/** Published tokenizers beside FQGAN: names and shapes at full size, numbers at small width. */
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
  fqganShapes,
  fqganWeights,
  latentDiffusionNames,
  latentDiffusionWeights,
  parseTokenizerConfig,
  Tokenizer,
  type TokenizerConfigInput,
  tokenizerPresetConfig,
} from "@fqgan/tokenizer";
import { beforeAll, describe, expect, it } from "vitest";
import { filledWeight, hashUniform } from "./fill.js";

type Shapes = Map<string, readonly number[]>;
type Weights = Readonly<Record<string, HostTensor>>;

/** Models of one repository. */
interface Source {
  readonly shapes: (tokenizer: Tokenizer) => Shapes;
  readonly weights: (tokenizer: Tokenizer, tensors: Weights, where: string) => Weights;
  /** Narrow ones with recorded numbers. */
  readonly narrow: Readonly<Record<string, TokenizerConfigInput>>;
}

interface Golden {
  readonly manifests: Readonly<
    Record<string, { entries: number; parameters: number; sha256: string }>
  >;
  readonly numbers: Readonly<
    Record<string, { latents: number[]; codes?: number[]; reconstruction: number[] }>
  >;
}

/** Their names and shapes; layers at single positions are 1×1 convolutions there. */
function latentDiffusionShapes(tokenizer: Tokenizer): Shapes {
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

const network = { name: "convolutional", channels: 32, multipliers: [1, 2, 2] };
const narrow = { image: { size: 16 }, encoder: network, decoder: network };
const inMiddle = { ...network, attention: "middle" };
const codebook = (normalize: string) => ({
  visual: {
    quantizer: { name: "vq", size: 64, dimensions: 8, normalize },
    adapter: { name: "none" },
  },
});

const sources: Readonly<Record<string, Source>> = {
  "latent-diffusion": {
    shapes: latentDiffusionShapes,
    weights: latentDiffusionWeights,
    narrow: {
      vq: tokenizerPresetConfig("vqgan", {
        ...narrow,
        latentChannels: 8,
        codebooks: codebook("none"),
      }),
      kl: tokenizerPresetConfig("sd-vae", { ...narrow, encoder: inMiddle, decoder: inMiddle }),
    },
  },
  llamagen: {
    shapes: fqganShapes,
    weights: fqganWeights,
    narrow: {
      vq: tokenizerPresetConfig("llamagen-vq-16", {
        ...narrow,
        latentChannels: 16,
        codebooks: codebook("l2"),
      }),
    },
  },
};

beforeAll(() => startEngine({ engine: "cpu" }));

const build = (config: TokenizerConfigInput) =>
  nn.withoutInitialValues(() => new Tokenizer(parseTokenizerConfig(config), createKey(0)));

/** [1, 3, 16, 16] by the fixtures' rule, channels last. */
function input(name: string): HostTensor {
  const values = hashUniform(`${name}.input`, 3 * 256);
  const last = values.map((_, i) => values[(i % 3) * 256 + Math.floor(i / 3)]!);
  return hostTensor(last, [1, 16, 16, 3]);
}

describe.each(Object.entries(sources))("%s", (source, { shapes, weights, narrow }) => {
  const file = new URL(`fixtures/autoencoders/${source}.json`, import.meta.url);
  const golden = JSON.parse(readFileSync(file, "utf8")) as Golden;

  it.each(Object.entries(golden.manifests))(
    "%s has the names and shapes of the reference",
    (name, manifest) => {
      const tokenizer = build(tokenizerPresetConfig(name));
      const lines = [...shapes(tokenizer)].map(([theirs, shape]) => `${theirs} ${shape.join()}`);
      expect(lines).toHaveLength(manifest.entries);
      expect(tokenizer.parameterCount()).toBe(manifest.parameters);
      const digest = createHash("sha256").update(lines.sort().join("\n")).digest("hex");
      expect(digest).toBe(manifest.sha256);
      tokenizer.dispose();
    },
  );

  it.each(Object.entries(golden.numbers))(
    "a narrow model gives the reference's latents, codes and image: %s",
    (name, expected) => {
      const tokenizer = build(narrow[name]!);
      const filled = [...shapes(tokenizer)].map(
        ([theirs, shape]) => [theirs, filledWeight(theirs, shape)] as const,
      );
      const ours = weights(tokenizer, Object.fromEntries(filled), source);
      writeVariables(tokenizer.namedVariables(), ours, source);
      const latents = tokenizer.encodeLatents(toTensor(input(source)) as Tensor);
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
    },
  );
});

it("tells other models and other weights apart", () => {
  const preset = (name: string) => build(tokenizerPresetConfig(name));
  expect(() => latentDiffusionWeights(preset("vqgan-mini"), {}, "a.ckpt")).toThrow(
    "a.ckpt: expected the weights of VQGAN or latent diffusion's autoencoders, missing encoder.conv_in.weight",
  );
  expect(() => latentDiffusionNames(preset("vit-vqgan-mini"))).toThrow(
    'expected convolutional networks and one codebook "visual", got vit, vit and visual',
  );
  expect(() => latentDiffusionNames(preset("fqgan-dual-mini"))).toThrow("and visual,semantic");
});
