import { createHash } from "node:crypto";
import {
  encodePytorch,
  encodeSafetensors,
  type HostTensor,
  hostTensor,
  readVariables,
  transposeHost,
} from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import { parseTokenizerConfig, type TokenizerConfigInput } from "../config.js";
import { loadTokenizer } from "../load.js";
import { tokenizerPresetConfig } from "../presets/index.js";
import { tinyImages } from "../testing/tiny.js";
import { createTokenizer, type Tokenizer } from "../tokenizer.js";
import { latentDiffusionNames } from "./latent-diffusion.js";
import { publishedModel } from "./published-model.js";

const network = { name: "convolutional", channels: 32, multipliers: [1, 2], residualBlocks: 1 };
const inMiddle = { ...network, attention: "middle" };
const small = { image: { size: 8 }, encoder: network, decoder: network, losses: {} };
const vq = { name: "vq", size: 16, dimensions: 4, normalize: "none", codebook: 0.25, beta: 1 };
const models: Readonly<Record<string, TokenizerConfigInput>> = {
  VQGAN: tokenizerPresetConfig("vqgan", {
    ...small,
    latentChannels: 6,
    codebooks: { visual: { quantizer: vq, adapter: { name: "none" } } },
  }),
  "SD-VAE": tokenizerPresetConfig("sd-vae", { ...small, encoder: inMiddle, decoder: inMiddle }),
};

/** A tokenizer's weights by latent diffusion's names, in PyTorch's layouts. */
async function theirs(tokenizer: Tokenizer): Promise<Record<string, HostTensor>> {
  const own = await readVariables(tokenizer.namedVariables());
  return Object.fromEntries(
    [...latentDiffusionNames(tokenizer)].map(([name, reference]) => {
      const tensor = own[name]!;
      if (!name.endsWith("kernel")) return [reference, tensor];
      if (tensor.shape.length === 4) return [reference, transposeHost(tensor, [3, 2, 0, 1])];
      const { data, shape } = transposeHost(tensor, [1, 0]);
      return [reference, hostTensor(data, [...shape, 1, 1])];
    }),
  );
}

/** Of all weights by their names here. */
async function digest(tokenizer: Tokenizer): Promise<string> {
  const hash = createHash("sha256");
  const weights = await readVariables(tokenizer.namedVariables());
  for (const [name, { data }] of Object.entries(weights)) hash.update(name).update(data);
  return hash.digest("hex");
}

const prefixed = (prefix: string, tensors: Readonly<Record<string, HostTensor>>) =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]));
const other = hostTensor(Float32Array.of(1), [1]);

describe.each(Object.entries(models))("%s", (model, config) => {
  const tokenizer = createTokenizer(config, 3);

  it.each<[string, (tensors: Record<string, HostTensor>) => Uint8Array]>([
    ["alone", (tensors) => encodePytorch(tensors)],
    [
      "in a Lightning checkpoint, with its losses",
      (tensors) =>
        encodePytorch({
          epoch: 3,
          state_dict: { ...tensors, "loss.discriminator.main.0.weight": other },
        }),
    ],
    [
      "inside Stable Diffusion",
      (tensors) =>
        encodePytorch({
          state_dict: {
            "model.diffusion_model.out.0.weight": other,
            ...prefixed("first_stage_model.", tensors),
            "cond_stage_model.logit_scale": other,
          },
        }),
    ],
    [
      "inside Stable Diffusion as safetensors",
      (tensors) =>
        encodeSafetensors({
          tensors: { ...prefixed("first_stage_model.", tensors), "model_ema.decay": other },
          metadata: { format: "pt" },
        }),
    ],
  ])("is recognised %s", async (_, file) => {
    const loaded = await loadTokenizer(file(await theirs(tokenizer)), { imageSize: 8 });
    expect(publishedModel(loaded)).toBe(model);
    const { encoder, decoder, latentChannels } = tokenizer.config;
    expect(loaded.config).toMatchObject({ encoder, decoder, latentChannels });
    expect(await digest(loaded)).toBe(await digest(tokenizer));
    loaded.dispose();
  });

  it("draws the same", async () => {
    const loaded = await loadTokenizer(encodePytorch(await theirs(tokenizer)), { imageSize: 8 });
    const images = tinyImages(1);
    expect(await loaded.reconstruct(images)).toEqual(await tokenizer.reconstruct(images));
  });
});

it("is refused where its structure is another", async () => {
  const weights = await theirs(createTokenizer(models.VQGAN!, 3));
  const load = (tensors: Record<string, HostTensor>) =>
    loadTokenizer(encodePytorch({ state_dict: tensors }));
  const { "quantize.embedding.weight": _, ...gumbel } = weights;
  await expect(load(gumbel)).rejects.toThrow(
    "expected the weight quantize.embedding.weight of VQGAN",
  );
  await expect(load({ ...weights, "encoder.down.0.attn.0.q.weight": other })).rejects.toThrow(
    "unexpected encoder.down.0.attn.0.q.weight; is it another model's",
  );
  await expect(load({ "tok_embeddings.weight": other })).rejects.toThrow(
    "expected weights of FQGAN-Dual, FQGAN-Triple, LlamaGen VQ, VQGAN, SD-VQGAN, SD-VAE, got tok_embeddings.weight",
  );
});

it("names the model whose structure a tokenizer has", () => {
  const named = (name: string) =>
    publishedModel({ config: parseTokenizerConfig(tokenizerPresetConfig(name)) });
  expect(
    ["fqgan-dual-mini", "llamagen-vq-mini", "sd-vqgan-mini", "sd-vae-mini"].map(named),
  ).toEqual(["FQGAN-Dual", "LlamaGen VQ", "VQGAN", "SD-VAE"]);
  expect(named("vit-vqgan-mini")).toBeUndefined();
  expect(named("rq-vae-mini")).toBeUndefined();
});
