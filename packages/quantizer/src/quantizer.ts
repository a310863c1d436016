import { type Registry, type Strategy, UserError } from "@fqgan/registry";
import type { Key, nn, RandomStream, Scalar, Tensor, Tensor1D, Tensor2D } from "@fqgan/tensor";
import type { z } from "zod";

/** How a program quantizes: with losses and moving statistics, or for evaluation only. */
export interface QuantizeMode {
  readonly training: boolean;
  /** Random tensors inside a training step, for strategies that draw (dropout of levels, noise). */
  readonly random?: RandomStream;
}

/** What a strategy returns for N latents. */
export interface Quantized {
  /**
   * [N, D] where the decoder's gradient enters, differentiable with respect to the input: the input
   * itself, or its normalised or bounded form where the strategy compares that.
   */
  readonly latents: Tensor2D;
  /** [N, D] the chosen code vectors, differentiable with respect to the codebook only. */
  readonly codes: Tensor2D;
  /** [N] int32 in [0, size) */
  readonly indices: Tensor1D;
  /** Named scalar losses, already weighted by the strategy's own options; empty at evaluation. */
  readonly losses: Readonly<Record<string, Scalar>>;
}

/**
 * Maps vectors to a finite set of codes. Sees [N, D] only: projection, layout, gradient estimation
 * (straight-through) and composition (factorized, residual) live outside.
 */
export interface Quantizer extends nn.Module {
  /** D, the length of a latent and of a code. */
  readonly dimensions: number;
  /** K, the number of codes, at most 2^31. */
  readonly size: number;
  /** Whether latents are compared by their direction alone, so that their length means nothing. */
  readonly comparesDirections?: boolean;
  /** latents: [N, D] */
  quantize(latents: Tensor2D, mode: QuantizeMode): Quantized;
  /** [N] int32 → [N, D], the vectors a decoder sees for these indices. */
  lookup(indices: Tensor1D): Tensor2D;
  /**
   * Moves what is learned without a gradient (moving averages, replaced codes). `quantize` changes
   * nothing: a composition calls this once a training step, after all its levels have chosen.
   */
  update?(seen: Seen): void;
  /** Puts other codes in the place of the present ones, where there is a codebook to set. */
  setCodes?(codes: SetCodes): void;
}

/** Codes for a codebook, and how many latents each stands for. */
export interface SetCodes {
  /** [K, D] */
  readonly codes: Tensor2D;
  /** [K] */
  readonly counts: Tensor1D;
}

/** What a codebook has quantized in one training step. */
export interface Seen {
  /** [N, D] as in `Quantized.latents`. */
  readonly latents: Tensor2D;
  /** [N] int32 */
  readonly indices: Tensor1D;
  readonly random?: RandomStream;
}

/** A quantizer that plugs in by name. */
export interface QuantizerStrategy extends Strategy {
  /** A small valid config (without the name): for the docs and the conformance tests. */
  readonly example: Readonly<Record<string, unknown>>;
  /** Options for about 2^bits codes of latents of so many dimensions, to compare families at one size. */
  readonly ofBits?: OfBits;
  /** options: as parsed by the strategy's schema. */
  create(options: Readonly<Record<string, unknown>>, key: Key): Quantizer;
}

/** Options for about 2^bits codes of latents [N, dimensions]. */
export type OfBits = (bits: number, dimensions: number) => Readonly<Record<string, unknown>>;

/** All quantizers by name. */
export type QuantizerRegistry = Registry<QuantizerStrategy>;

/** The options of a zod shape once parsed, with every default filled in. */
export type OptionsOf<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape>>;

/** States a strategy with its options' types inferred from its schema. */
export function defineQuantizer<Shape extends z.ZodRawShape>(strategy: {
  readonly name: string;
  readonly summary: string;
  readonly reference: string;
  readonly options: Shape;
  readonly example: Readonly<Record<string, unknown>>;
  readonly ofBits?: OfBits;
  create(options: OptionsOf<Shape>, key: Key): Quantizer;
}): QuantizerStrategy {
  // The registry parses with `options` before it calls `create`, so the parsed type holds.
  return strategy as unknown as QuantizerStrategy;
}

/** Indices of one image batch for each named codebook, in decoder channel order: int32 [B, N]. */
export type Codes<T = Tensor> = Readonly<Record<string, T>>;

/** Refuses latents that are not [N, D] while the program is built. */
export function checkLatents(where: string, latents: Tensor, dimensions: number): void {
  if (latents.rank === 2 && latents.shape[1] === dimensions) return;
  throw new UserError(
    `${where}: expected latents [N, ${dimensions}], got [${latents.shape.join(", ")}]; ` +
      "project to that many channels first, or change the quantizer's dimensions",
  );
}
