import type { HostTensor, nn, Scalar, Tensor1D, Tensor2D } from "@fqgan/tensor";
import type { Codes, QuantizeMode, Quantizer } from "../quantizer.js";
import type { SeedingOptions } from "../seed-codebook.js";

/** What a composition returns for N positions. */
export interface Composed {
  /** [N, D] for each latent: what the decoder sees, with the latent's gradient. */
  readonly outputs: Readonly<Record<string, Tensor2D>>;
  /** [N] int32 for each codebook (of coarser scales: as many as their grids have positions). */
  readonly indices: Codes<Tensor1D>;
  /** Named scalar losses: `<codebook>.<loss>` and those between codebooks; empty at evaluation. */
  readonly losses: Readonly<Record<string, Scalar>>;
}

/** Several codebooks that describe each position together. */
export interface Composition extends nn.Module {
  /** The latents it takes, their lengths D, and those of what the decoder sees where they differ. */
  readonly latents: Readonly<
    Record<string, { readonly dimensions: number; readonly outputs?: number }>
  >;
  /** The codebooks in decoder channel order, and their sizes K. */
  readonly codebooks: Readonly<Record<string, Pick<Quantizer, "size" | "setCodes">>>;
  /** Whether the latents' length means nothing. It does where codes are subtracted from them. */
  readonly comparesDirections?: boolean;
  /** Side of each codebook's square grid, from coarse to fine, where they have grids of their own. */
  readonly sides?: Readonly<Record<string, number>>;
  /** latents: [N, D] each */
  quantize(latents: Readonly<Record<string, Tensor2D>>, mode: QuantizeMode): Composed;
  /** [N] int32 for each codebook → [N, D] for each latent, the vectors a decoder sees. */
  lookup(indices: Codes<Tensor1D>): Record<string, Tensor2D>;
  /** Sets every codebook that can be set by k-means on the data's latents, [N, D] each. */
  seed(latents: Readonly<Record<string, HostTensor>>, options: SeedingOptions): Promise<void>;
}
