import type { Tokenizer } from "../tokenizer.js";
import { referenceModels } from "./fqgan-names.js";

/** What tells models of one codebook apart. */
const SINGLE: readonly { readonly model: string; readonly quantizer: object }[] = [
  { model: "LlamaGen VQ", quantizer: { name: "vq", normalize: "l2" } },
  { model: "VQGAN", quantizer: { name: "vq", normalize: "none" } },
  { model: "SD-VAE", quantizer: { name: "gaussian" } },
];

/** The published model whose structure a tokenizer has, whatever its sizes; undefined for others. */
export function publishedModel({
  config: { encoder, decoder, codebooks },
}: Pick<Tokenizer, "config">): string | undefined {
  if (encoder.name !== "convolutional" || decoder.name !== "convolutional") return undefined;
  const names = Object.keys(codebooks).join();
  const known = referenceModels.find((model) => Object.keys(model.codebooks).join() === names);
  const only = known && codebooks.visual;
  if (!only || Object.keys(codebooks).length > 1) return known?.name;
  if (only.adapter.name !== "none") return undefined;
  const quantizer = only.quantizer as Readonly<Record<string, unknown>>;
  return SINGLE.find((single) =>
    Object.entries(single.quantizer).every(([key, value]) => quantizer[key] === value),
  )?.model;
}
