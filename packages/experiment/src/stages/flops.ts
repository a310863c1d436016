import type { Generator } from "@fqgan/ar-generator";
import { countFlops, type Tensor } from "@fqgan/tensor";
import type { Tokenizer } from "@fqgan/tokenizer";

/** Of encoding and decoding one image; heads that only learn from teachers are not in it. */
export function tokenizerFlops(tokenizer: Tokenizer): number {
  const { size, channels } = tokenizer.config.image;
  return countFlops(
    ({ images }: { images: Tensor }) => ({
      reconstruction: tokenizer.forward(images, { training: false }).reconstruction,
    }),
    { images: { type: "float32", shape: [1, size, size, channels] } },
  );
}

/** Of all logits of one image with its codes given, as in training; a training step takes three times that. */
export function generatorFlops(generator: Generator): number {
  const codes = generator.codebooks.map(
    (name) => [name, { type: "int32", shape: [1, generator.positions] }] as const,
  );
  return countFlops(
    ({ labels, codes: given }: { labels: Tensor; codes: Record<string, Tensor> }) => ({
      ...generator.logits(labels, given),
    }),
    { labels: { type: "int32", shape: [1] }, codes: Object.fromEntries(codes) },
  );
}
