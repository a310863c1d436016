/** Continuous latents with a KL loss, which have no codes; rFID in parentheses is that of FQGAN's Table 1. */
import { visual } from "./codebooks.js";
import { perceptual } from "./networks.js";
import type { TokenizerPreset } from "./preset.js";

const network = { name: "convolutional", multipliers: [1, 2, 4, 4], attention: "middle" };
const positions = 32 ** 2;
const values = 3 * 256 ** 2;

/**
 * The weight of 10⁻⁶ is of the sum over positions beside a reconstruction loss summed over the image; here
 * both are means (0.74).
 */
export const sdVae: TokenizerPreset = {
  name: "sd-vae",
  summary:
    "SD-VAE, latent diffusion's autoencoder, 8 times smaller, 4 numbers a position, no codes",
  reference: "Latent diffusion, arXiv 2112.10752",
  options: {},
  fidelity: {
    level: "faithful",
    checkedBy:
      "names and shapes of the reference at full size, its latents and images at small width (tests/parity); its losses are ours, without a learned variance",
  },
  mini: "sd-vae-mini",
  parameters: 83_653_863,
  changes: {
    encoder: network,
    decoder: network,
    latentChannels: 4,
    codebooks: visual({
      name: "gaussian",
      dimensions: 4,
      weight: (1e-6 * positions) / values,
    }),
    losses: {
      reconstruction: { l1: 1, l2: 0 },
      perceptual,
      adversarial: { weight: 0.5, balance: "adaptive", startStep: 50001 },
    },
  },
};

/** (0.68) */
export const sdxlVae: TokenizerPreset = {
  ...sdVae,
  name: "sdxl-vae",
  summary: "SDXL-VAE: SD-VAE's networks trained with batches of 256 and averaged weights",
  reference: "SDXL, arXiv 2307.01952",
  mini: "sdxl-vae-mini",
  base: "sd-vae",
  changes: {},
};
