import { createKey, type HostTensor, hostTensor, uniform } from "@fqgan/tensor";
import type { TokenizerConfigInput } from "../config.js";

const network = { name: "convolutional", channels: 8, multipliers: [1, 2], groups: 4 };

/** A dual tokenizer of a few thousand parameters for 8×8 images: for tests that run on any engine. */
export const tinyConfig = {
  image: { size: 8 },
  latentChannels: 8,
  encoder: { ...network, residualBlocks: 1 },
  decoder: { ...network, residualBlocks: 1 },
  codebooks: {
    visual: {
      quantizer: { name: "vq", size: 16, dimensions: 4 },
      adapter: { name: "transformer", layers: 1, heads: 2 },
    },
    semantic: {
      quantizer: { name: "vq", size: 16, dimensions: 4 },
      adapter: { name: "transformer", layers: 1, heads: 2 },
      representation: { teacher: "teacher", features: 6, layers: 1, heads: 2 },
    },
  },
  losses: { disentanglement: 0.1 },
} satisfies TokenizerConfigInput;

/** Uniform noise in [-1, 1), [B, 8, 8, 3]. */
export function tinyImages(batch: number, seed = 0): HostTensor {
  const values = uniform(createKey(seed), batch * 8 * 8 * 3).map((u) => 2 * u - 1);
  return hostTensor(values, [batch, 8, 8, 3]);
}

export function tinyTeachers(batch: number, seed = 1): Record<string, HostTensor> {
  return { teacher: hostTensor(uniform(createKey(seed), batch * 6), [batch, 6]) };
}
