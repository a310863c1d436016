import type { Strategy } from "@fqgan/registry";
import type { Key, nn, Scalar, Tensor, Tensor1D, Tensor2D } from "@fqgan/tensor";

/** What a strategy returns for N latents. */
export interface Quantized {
  /**
   * [N, D] the latents that the straight-through path uses, differentiable: the input itself, or its
   * normalised form where the strategy compares normalised vectors.
   */
  readonly latents: Tensor2D;
  /** [N, D] the chosen code vectors, differentiable with respect to the codebook only. */
  readonly codes: Tensor2D;
  /** [N] int32 in [0, size) */
  readonly indices: Tensor1D;
  /** Named scalar losses, already weighted by the strategy's own options; empty at evaluation. */
  readonly losses: Record<string, Scalar>;
}

/**
 * Maps vectors to a finite set of codes. Sees [N, D] only: projection, layout, straight-through
 * estimation and composition (factorized, residual) live outside.
 */
export interface Quantizer extends nn.Module {
  /** D, the length of a latent. */
  readonly dimensions: number;
  /** K, the number of codes. */
  readonly size: number;
  quantize(latents: Tensor2D, mode: { training: boolean }): Quantized;
  /** [N] int32 → [N, D], the vectors a decoder sees for these indices. */
  lookup(indices: Tensor1D): Tensor2D;
}

/** A quantizer that plugs in by name. */
export interface QuantizerStrategy<Options = Record<string, unknown>> extends Strategy {
  create(options: Options, key: Key): Quantizer;
}

/** Indices of one image batch for each named codebook, in decoder channel order: int32 [B, N]. */
export type Codes<T = Tensor> = Readonly<Record<string, T>>;
