/**
 * Lookup-free quantization, https://arxiv.org/abs/2310.05737 (MAGVIT-v2): each coordinate becomes its
 * sign, so that d coordinates are one of 2^d codes without a codebook. Losses as in Open-MAGVIT2
 * (https://arxiv.org/abs/2409.04410).
 */
import { defineQuantizer } from "../quantizer.js";
import { SignQuantizer, signOptions } from "../sign-quantizer.js";

export const lfq = defineQuantizer({
  name: "lfq",
  summary: "The sign of every coordinate: 2^d codes without a codebook",
  reference: "https://arxiv.org/abs/2310.05737",
  options: signOptions,
  example: { bits: 4 },
  ofBits: (bits) => ({ bits }),
  create: (options) =>
    new SignQuantizer({ ...options, name: "lfq", normalize: "none", magnitude: 1 }),
});
