/**
 * Tokenizers with VQGAN's convolutional networks at 256 × 256 that FQGAN's Table 1 compares with: each
 * is another quantizer, or another width of what goes into it. rFID in parentheses is that table's.
 */
import { visual } from "./codebooks.js";
import { perceptual, shallow } from "./networks.js";
import type { TokenizerPreset } from "./preset.js";

const options = {};
/** Of VQGAN's networks, as latent diffusion and LlamaGen have them. */
const checked = {
  level: "faithful",
  checkedBy:
    "names and shapes of the reference at full size, its latents, codes and images at small width (tests/parity)",
} as const;

/**
 * One codebook of long vectors compared by Euclidean distance, no adapter (4.98). The two weights of the
 * quantizer are as taming-transformers' code has them, β on the codebook's loss; its paper says the other.
 */
export const vqgan: TokenizerPreset = {
  name: "vqgan",
  summary: "VQGAN, 16 times smaller, one codebook of 16384",
  reference: "VQGAN, arXiv 2012.09841",
  options,
  fidelity: checked,
  mini: "vqgan-mini",
  parameters: 76_073_859,
  changes: {
    codebooks: visual({
      name: "vq",
      size: 16384,
      dimensions: 256,
      normalize: "none",
      codebook: 0.25,
      beta: 1,
    }),
    losses: {
      reconstruction: { l1: 1, l2: 0 },
      perceptual,
      adversarial: { weight: 0.8, balance: "adaptive", startStep: 250001 },
    },
  },
};

const short = (dimensions: number) => ({
  latentChannels: dimensions,
  codebooks: visual({
    name: "vq",
    size: 16384,
    dimensions,
    normalize: "none",
    codebook: 0.25,
    beta: 1,
  }),
});

/** Codes of 8 numbers as latent-diffusion's vq-f16 has them; FQGAN's table says 4 (5.15). */
export const sdVqgan16: TokenizerPreset = {
  name: "sd-vqgan-16",
  summary: "SD-VQGAN, latent diffusion's VQGAN, 16 times smaller, short codes",
  reference: "Latent diffusion, arXiv 2112.10752",
  options,
  fidelity: checked,
  mini: "sd-vqgan-mini",
  parameters: 69_593_371,
  base: "vqgan",
  changes: short(8),
};

/** (1.14, trained on OpenImages) */
export const sdVqgan8: TokenizerPreset = {
  ...sdVqgan16,
  name: "sd-vqgan-8",
  summary: "SD-VQGAN, 8 times smaller",
  parameters: 67_717_295,
  base: "sd-vqgan-16",
  changes: { ...short(4), encoder: shallow, decoder: shallow },
};

/** (2.19) */
export const llamagenVq16: TokenizerPreset = {
  name: "llamagen-vq-16",
  summary: "LlamaGen's tokenizer, 16 times smaller, unit codes of 8 numbers, 72 M parameters",
  reference: "LlamaGen, arXiv 2406.06525",
  options,
  fidelity: checked,
  mini: "llamagen-vq-mini",
  parameters: 71_883_403,
  changes: {
    codebooks: visual({ name: "vq", size: 16384, dimensions: 8 }),
    losses: { perceptual, adversarial: { weight: 0.5, startStep: 20000 } },
  },
};

/** (0.59) */
export const llamagenVq8: TokenizerPreset = {
  ...llamagenVq16,
  name: "llamagen-vq-8",
  summary: "LlamaGen's tokenizer, 8 times smaller, 70 M parameters",
  parameters: 70_109_835,
  base: "llamagen-vq-16",
  changes: { encoder: shallow, decoder: shallow },
};

const deep = { name: "convolutional", multipliers: [1, 1, 2, 2, 4, 4] };

/** Four codes at each of 8 × 8 positions, which FQGAN's table counts as 16 times smaller (3.20). */
export const rqVae: TokenizerPreset = {
  name: "rq-vae",
  summary: "RQ-VAE, 8×8×4 codes: four levels that share a codebook of 16384 moving averages",
  reference: "RQ-VAE, arXiv 2203.01941",
  options,
  fidelity: {
    level: "structure-only",
    differs:
      "its commitment loss compares the latent with every partial sum of codes, ours what is left with each level's code",
  },
  mini: "rq-vae-mini",
  changes: {
    encoder: deep,
    decoder: deep,
    codebooks: visual({
      name: "residual",
      levels: 4,
      codebooks: "shared",
      gradient: "sum",
      quantizer: {
        name: "ema-vq",
        size: 16384,
        dimensions: 256,
        normalize: "none",
        deadCodes: { below: 0.05 },
      },
    }),
    losses: {
      perceptual,
      adversarial: { weight: 0.75, balance: "adaptive", startStep: 0 },
    },
  },
};

/** Weights of the two losses as in its code (2.62). */
export const vqganLc: TokenizerPreset = {
  name: "vqgan-lc",
  summary: "VQGAN-LC, 100,000 frozen features behind a learned projector",
  reference: "VQGAN-LC, arXiv 2406.11837",
  options,
  fidelity: {
    level: "structure-only",
    differs: "features start as Gaussian noise; there they are clustered CLIP features of ImageNet",
  },
  mini: "vqgan-lc-mini",
  base: "vqgan",
  changes: {
    codebooks: visual({
      name: "vqgan-lc",
      size: 100000,
      features: 768,
      dimensions: 8,
      codebook: 0.33,
      beta: 1,
    }),
  },
};

const convolutionsOnly = { name: "convolutional", residualBlocks: 4, attention: "middle" };

/** (1.17) */
export const openMagvit16: TokenizerPreset = {
  name: "open-magvit2-16",
  summary: "Open-MAGVIT2, 16 times smaller, 18 bits a position without a codebook",
  reference: "Open-MAGVIT2, arXiv 2409.04410",
  options,
  fidelity: {
    level: "structure-only",
    differs:
      "its decoder is normalised adaptively by the codes and its networks have no attention, not even in the middle",
  },
  mini: "open-magvit2-mini",
  changes: {
    encoder: convolutionsOnly,
    decoder: convolutionsOnly,
    latentChannels: 18,
    codebooks: visual({ name: "lfq", bits: 18 }),
    losses: {
      perceptual,
      adversarial: { weight: 0.1, startStep: 0, penalties: [{ name: "lecam", weight: 0.05 }] },
    },
  },
};

/** (0.34) */
export const openMagvit8: TokenizerPreset = {
  ...openMagvit16,
  name: "open-magvit2-8",
  summary: "Open-MAGVIT2, 8 times smaller",
  base: "open-magvit2-16",
  changes: {
    encoder: { ...convolutionsOnly, ...shallow },
    decoder: { ...convolutionsOnly, ...shallow },
  },
};
