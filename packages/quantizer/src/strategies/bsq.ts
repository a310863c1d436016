/**
 * Binary spherical quantization, https://arxiv.org/abs/2406.07548: latents are brought to the unit sphere
 * and become the corner ±1/√d nearest to them.
 */
import { defineQuantizer } from "../quantizer.js";
import { SignQuantizer, signOptions } from "../sign-quantizer.js";

export const bsq = defineQuantizer({
  name: "bsq",
  summary: "The sign of every coordinate on the unit sphere: 2^d codes without a codebook",
  reference: "https://arxiv.org/abs/2406.07548",
  options: signOptions,
  example: { bits: 4 },
  ofBits: (bits) => ({ bits }),
  create: (options) =>
    new SignQuantizer({
      ...options,
      name: "bsq",
      normalize: "l2",
      magnitude: 1 / Math.sqrt(options.bits),
    }),
});
