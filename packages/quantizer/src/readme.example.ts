import {
  CodebookStats,
  compareQuantizers,
  createComposition,
  createQuantizer,
  straightThrough,
} from "@fqgan/quantizer";
import { createKey, fold, hostTensor, normal, type Tensor2D, tf } from "@fqgan/tensor";

const key = createKey(0);

// One quantizer: [N, D] in; codes, indices and named losses out.
const vq = createQuantizer({ name: "vq", size: 64, dimensions: 4, entropy: { weight: 0.03 } }, key);
const latents = tf.tensor2d(normal(fold(key, "latents"), 400), [100, 4]);
const quantized = vq.quantize(latents, { training: true });
export const decoderInput = straightThrough(quantized); // the codes' values, the latents' gradient
export const losses = Object.keys(quantized.losses); // codebook, commitment, entropy
export const again = vq.lookup(quantized.indices); // [100, 4], what a decoder makes of stored indices

// Two named sub-codebooks over two latents of each position, kept from saying the same thing.
const factorized = createComposition(
  {
    name: "factorized",
    codebooks: {
      visual: { name: "lfq", bits: 6 },
      semantic: { name: "fsq", levels: [4, 4, 2, 2, 2, 2] },
    },
    disentanglement: 0.1,
  },
  key,
);
const factors: Record<string, Tensor2D> = {
  visual: tf.tensor2d(normal(fold(key, "visual"), 600), [100, 6]),
  semantic: tf.tensor2d(normal(fold(key, "semantic"), 600), [100, 6]),
};
const { indices } = factorized.quantize(factors, { training: false });

// How codes are used, over as many batches as you like.
const stats = new CodebookStats({ visual: 64, semantic: 256 });
stats.add({
  visual: (await indices.visual!.data()) as Int32Array,
  semantic: (await indices.semantic!.data()) as Int32Array,
});
export const report = stats.report(); // usage, perplexity, mutual information, bits per position

// Which quantizer keeps most of these latents? No encoder or decoder is trained for the answer.
const cached = (name: string, count: number) =>
  hostTensor(normal(fold(key, name), 8 * count), [count, 8]);
export const comparison = await compareQuantizers({
  train: cached("train", 2048),
  test: cached("test", 512),
  candidates: {
    "VQ, 256 codes": { name: "single", quantizer: { name: "vq", size: 256, normalize: "none" } },
    "product, 2 × 256 codes": {
      name: "product",
      codebooks: {
        low: { name: "vq", size: 256, dimensions: 4, normalize: "none" },
        high: { name: "vq", size: 256, dimensions: 4, normalize: "none" },
      },
    },
  },
  steps: 60,
  key,
});
