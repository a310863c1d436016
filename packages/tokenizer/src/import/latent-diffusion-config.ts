import { UserError } from "@fqgan/registry";
import type { TokenizerConfigInput } from "../config.js";
import { visual } from "../presets/codebooks.js";

type Shapes = Readonly<Record<string, { readonly shape: readonly number[] }>>;

/** What shapes don't tell. */
export interface LatentDiffusionFacts {
  /** Side of the images; convolutions fit any. */
  readonly imageSize?: number;
  /** 32, if left out, as in every published one. */
  readonly groups?: number;
}

/** Weights of the two losses, as taming-transformers' and latent diffusion's code have them. */
const VQ = { name: "vq", normalize: "none", codebook: 0.25, beta: 1 } as const;

/**
 * The config of the VQGAN or of the autoencoder of latent diffusion that these weights are of: codes where
 * there is a codebook, means and variances where `quant_conv` gives two numbers for each that the decoder
 * takes. Its losses are the usual ones of a tokenizer here.
 */
export function latentDiffusionConfig(
  tensors: Shapes,
  { imageSize = 256, groups = 32 }: LatentDiffusionFacts,
  where: string,
): TokenizerConfigInput {
  const names = Object.keys(tensors);
  const side = (name: string, axis: number): number => {
    const found = tensors[name]?.shape[axis];
    if (found !== undefined) return found;
    throw new UserError(
      `${where}: expected the weight ${name} of VQGAN or latent diffusion's autoencoder, got none; ` +
        "is it another model's, or one with Gumbel codes?",
    );
  };
  const countOf = (prefix: string) => {
    let count = 0;
    while (names.some((name) => name.startsWith(`${prefix}${count}.`))) count += 1;
    return count;
  };
  const channels = side("encoder.conv_in.weight", 0);
  /** Both number their levels from full resolution down. */
  const network = (part: "encoder.down" | "decoder.up") => {
    const levels = countOf(`${part}.`);
    const width = (level: number) => side(`${part}.${level}.block.0.conv1.weight`, 0);
    const attends = names.some((name) => name.startsWith(`${part}.${levels - 1}.attn.`));
    return {
      name: "convolutional",
      channels,
      multipliers: Array.from({ length: levels }, (_, level) => width(level) / channels),
      residualBlocks: countOf(`${part}.0.block.`),
      groups,
      ...(!attends && { attention: "middle" }),
    };
  };
  const dimensions = side("post_quant_conv.weight", 1);
  const isContinuous =
    tensors["quantize.embedding.weight"] === undefined &&
    side("quant_conv.weight", 0) === 2 * dimensions;
  const quantizer = isContinuous
    ? { name: "gaussian", dimensions }
    : { ...VQ, size: side("quantize.embedding.weight", 0), dimensions };
  return {
    image: { size: imageSize, channels: side("encoder.conv_in.weight", 1) },
    encoder: network("encoder.down"),
    decoder: network("decoder.up"),
    latentChannels: side("decoder.conv_in.weight", 1),
    codebooks: visual(quantizer),
  };
}
