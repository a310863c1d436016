/** Small twins of the tokenizers that FQGAN is compared with: differences from `vqgan-mini`. */
import { visual } from "./codebooks.js";
import { teacher } from "./mini.js";
import type { TokenizerPreset } from "./preset.js";

/** A difference from `vqgan-mini`, or from the mini that `base` names. */
const mini = (
  preset: Pick<TokenizerPreset, "name" | "summary" | "changes"> & {
    readonly base?: string;
    readonly missing?: string;
  },
): TokenizerPreset => {
  const { missing, base = "vqgan-mini", ...stated } = preset;
  const fidelity = { level: "mini", ...(missing !== undefined && { missing }) } as const;
  return { ...stated, base, fidelity, options: {} };
};

const size = 256;
const transformer = { channels: 128, layers: 3, heads: 4 };
const residual = (dimensions: number) => ({
  name: "residual",
  levels: 4,
  codebooks: "shared",
  gradient: "sum",
  quantizer: {
    name: "ema-vq",
    size,
    dimensions,
    normalize: "none",
    deadCodes: { below: 0.05 },
  },
});

export const otherMinis: readonly TokenizerPreset[] = [
  mini({
    name: "sd-vqgan-mini",
    summary: "a small SD-VQGAN, codes of 4 numbers compared by Euclidean distance",
    changes: {
      latentChannels: 4,
      codebooks: visual({ name: "vq", size, dimensions: 4, normalize: "none" }),
    },
  }),
  mini({
    name: "llamagen-vq-mini",
    summary: "a small LlamaGen tokenizer: vqgan-mini without an entropy loss",
    changes: { codebooks: visual({ name: "vq", size, dimensions: 8 }) },
  }),
  mini({
    name: "rq-vae-mini",
    summary: "a small RQ-VAE, four levels that share a codebook of 256",
    changes: { codebooks: visual(residual(16)) },
  }),
  mini({
    name: "vqgan-lc-mini",
    summary: "a small VQGAN-LC, 1024 frozen features behind a projector",
    missing: "codes made of a teacher's image features (they are Gaussian noise)",
    changes: {
      codebooks: visual({
        name: "vqgan-lc",
        size: 1024,
        features: 64,
        dimensions: 8,
        codebook: 0.33,
        beta: 1,
      }),
    },
  }),
  mini({
    name: "open-magvit2-mini",
    summary: "a small Open-MAGVIT2, 10 bits a position",
    changes: { codebooks: visual({ name: "lfq", bits: 10 }) },
  }),
  mini({
    name: "vit-vqgan-mini",
    summary: "a small ViT-VQGAN, patches of 4, one codebook of 256",
    changes: {
      encoder: { name: "vit", patch: 4, ...transformer },
      decoder: { name: "vit", ...transformer },
      latentChannels: 128,
      codebooks: visual({ name: "vq", size, dimensions: 16 }),
    },
  }),
  mini({
    name: "titok-mini",
    summary:
      "a small TiTok, 32 tokens without a place, one codebook of 256; blurred after a thousand steps",
    changes: {
      encoder: { name: "latent-tokens", tokens: 32, patch: 4, ...transformer },
      decoder: { name: "latent-tokens", patch: 4, ...transformer },
      latentChannels: 128,
      // At first a latent token says more of its position than of the image: without new codes in the
      // place of dead ones and an entropy term, all images soon have the same few.
      codebooks: visual({
        name: "vq",
        size,
        dimensions: 12,
        entropy: { weight: 0.1 },
        deadCodes: { below: 0.1, decay: 0.9 },
      }),
    },
  }),
  mini({
    name: "omnitokenizer-mini",
    summary: "a small OmniTokenizer in image mode",
    missing: "joint training on videos",
    base: "vit-vqgan-mini",
    changes: { codebooks: visual({ name: "vq", size, dimensions: 8, beta: 1 }) },
  }),
  mini({
    name: "vq-kd-mini",
    summary: "a small VQ-KD: codes that reconstruct a teacher's features, a pixel decoder apart",
    missing: "a real teacher such as CLIP",
    changes: {
      encoder: { name: "vit", patch: 4, ...transformer },
      codebooks: visual(
        { name: "ema-vq", size, dimensions: 16, beta: 1, deadCodes: { below: 0.05 } },
        { ...teacher, of: "positions", objective: "cosine", weight: 1 },
      ),
      decoding: "apart",
    },
  }),
  mini({
    name: "vila-u-mini",
    summary: "a small VILA-U vision tower: four residual levels aligned with a teacher",
    missing: "a text tower (codes are aligned with an image teacher instead)",
    changes: {
      encoder: { name: "vit", patch: 4, ...transformer },
      codebooks: visual(residual(16), { ...teacher, weight: 1 }),
    },
  }),
  mini({
    name: "sd-vae-mini",
    summary: "a small SD-VAE, 4 continuous numbers a position, no codes",
    changes: {
      latentChannels: 4,
      codebooks: visual({ name: "gaussian", dimensions: 4, weight: 1e-5 }),
      losses: { reconstruction: { l1: 1, l2: 0 } },
    },
  }),
  mini({
    name: "sdxl-vae-mini",
    summary: "a small SDXL-VAE: the same networks as SD-VAE's",
    missing: "its batches of 256 and averaged weights: set train.batchSize and train.ema",
    base: "sd-vae-mini",
    changes: {},
  }),
];
