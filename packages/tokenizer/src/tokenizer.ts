/**
 * FQGAN, "Factorized Visual Tokenization and Generation" (https://arxiv.org/abs/2411.16681): one encoder,
 * several small named codebooks, each with its own adapter, and one decoder that sees all their codes.
 * With one codebook and no adapter it is a VQGAN (https://arxiv.org/abs/2012.09841); with other encoders,
 * decoders or composed quantizers it is the tokenizers that FQGAN is compared with (see presets/).
 */
import { type Codes, type QuantizeMode, stopGradient } from "@fqgan/quantizer";
import { UserError } from "@fqgan/registry";
import {
  type Compiled,
  compile,
  createKey,
  fold,
  type HostTensor,
  type Key,
  nn,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tf,
} from "@fqgan/tensor";
import { Branch } from "./branch.js";
import { checkCodes, checkDiscrete, checkImages } from "./check-input.js";
import { parseTokenizerConfig, type TokenizerConfig, type TokenizerConfigInput } from "./config.js";
import type { Decoder } from "./decoder.js";
import { decoders } from "./decoders/index.js";
import type { Encoder } from "./encoder.js";
import { encoders } from "./encoders/index.js";
import type { Grid } from "./grid.js";
import { mapRecord } from "./map-record.js";
import { Quantization } from "./quantization.js";

/** Tensors by factor (by codebook, where each has one quantizer), in decoder channel order. */
export type ByFactor<T = Tensor> = Readonly<Record<string, T>>;

/** What quantizing one batch gives. */
export interface QuantizedLatents {
  /** int32 [B, N] by codebook */
  readonly codes: Codes;
  /** [B, h, w, D] what the decoder sees; gradients pass through to the latents. */
  readonly quantized: ByFactor;
  /** `<codebook>.<loss>` and `disentanglement`, weighted: parts of one sum. Empty at evaluation. */
  readonly losses: Readonly<Record<string, Scalar>>;
}

/** A forward pass: latents, codes, reconstruction and losses. */
export interface TokenizerOutput extends QuantizedLatents {
  /** [B, h, w, D] before quantization */
  readonly latents: ByFactor;
  /** [B, H, W, 3], about [-1, 1] (not clipped) */
  readonly reconstruction: Tensor;
}

/** Programs that users run, made when first asked for. */
interface Compilations {
  encode?: Compiled<HostTensor, Codes>;
  decode?: Compiled<Codes<HostTensor>, Tensor>;
  reconstruct?: Compiled<HostTensor, Tensor>;
  factors: Record<string, Compiled<HostTensor, Tensor>>;
}

/**
 * Images to codes and back. `forward`, `encodeLatents`, `quantize`, `lookupCodes`, `decodeQuantized` and
 * `decodeCodes` are programs over tensors, to be part of a training step or of `compile`; `encode`, `decode`,
 * `reconstruct` and `reconstructFactor` are compiled and take and return values in main memory.
 * Images are [B, size, size, 3] in [-1, 1].
 */
export class Tokenizer extends nn.Module {
  readonly encoder: Encoder;
  /** The networks before each factor's quantizer. */
  readonly branches: Readonly<Record<string, Branch>>;
  readonly quantization: Quantization;
  /** All code vectors of a position → latentChannels (a 1×1 convolution). */
  readonly combine: nn.Linear;
  readonly decoder: Decoder;
  readonly #config: TokenizerConfig;
  readonly #compiled: Compilations = { factors: {} };

  constructor(config: TokenizerConfig, key: Key) {
    super();
    this.#config = config;
    const { image, latentChannels } = config;
    this.encoder = encoders
      .get(config.encoder.name)
      .create(config.encoder, { image, key: fold(key, "encoder") });
    this.quantization = new Quantization({
      quantizers: mapRecord(config.codebooks, ({ quantizer }) => quantizer),
      disentanglement: config.losses.disentanglement,
      grid: this.grid,
      estimator: config.estimator,
      key: fold(key, "quantization"),
    });
    const shapes = this.quantization.factors;
    this.branches = mapRecord(
      config.codebooks,
      (codebook, name) =>
        new Branch({
          config: codebook,
          encoder: this.encoder,
          latentChannels,
          shape: shapes[name]!,
          key: fold(key, "branches", name),
        }),
    );
    this.combine = new nn.Linear({
      inputs: Object.values(shapes).reduce((total, { outputs }) => total + outputs, 0),
      outputs: latentChannels,
      key: fold(key, "combine"),
    });
    this.decoder = decoders.get(config.decoder.name).create(config.decoder, {
      inputs: latentChannels,
      grid: this.grid,
      image,
      key: fold(key, "decoder"),
    });
  }

  /** With every default filled in. */
  get config(): TokenizerConfig {
    return this.#config;
  }

  /**
   * The codebooks by name, in decoder channel order: how many codes each has, and the grid that an image
   * has of them. A codebook of one quantizer has its factor's name; composed ones are named
   * `visualLevel1`, `visualLevel2`, … or `visualScale1`, …; continuous latents have none.
   */
  get codebooks(): Readonly<Record<string, { readonly size: number; readonly grid: Grid }>> {
    return this.quantization.codes;
  }

  /** What the config calls codebooks, in decoder channel order: each has a latent of its own. */
  get factors(): readonly string[] {
    return Object.keys(this.branches);
  }

  /** Whether images can be written as codes: not where latents are continuous. */
  get hasCodes(): boolean {
    return this.quantization.continuous.length === 0;
  }

  /** Rows and columns of the positions of an image; one row where they have no place in it. */
  get grid(): Grid {
    return this.encoder.grid;
  }

  /** Bits that the codes of one image take; a continuous latent takes 32 for each number. */
  get bitsPerImage(): number {
    return this.quantization.bits;
  }

  /** Images [B, H, W, 3] through everything. */
  forward(images: Tensor, mode: QuantizeMode): TokenizerOutput {
    const latents = this.encodeLatents(images);
    const quantized = this.quantize(latents, mode);
    const { decoding = "joint" } = this.#config;
    const seen =
      decoding === "joint" ? quantized.quantized : mapRecord(quantized.quantized, stopGradient);
    return { reconstruction: this.decodeQuantized(seen), latents, ...quantized };
  }

  /** Images [B, H, W, 3] → latents before quantization, [B, h, w, D] for each factor. */
  encodeLatents(images: Tensor): ByFactor {
    const features = this.encoder.call(images);
    return mapRecord(this.branches, (branch) => branch.call(features));
  }

  /** Latents [B, h, w, D] for each factor → their codes. */
  quantize(latents: ByFactor, mode: QuantizeMode): QuantizedLatents {
    const rows = mapRecord(latents, (map) => tf.reshape(map, [-1, map.shape[3]!]) as Tensor2D); // [B·N, D]
    const { outputs, indices, losses } = this.quantization.quantize(rows, mode);
    const batch = Object.values(latents)[0]!.shape[0]!;
    return {
      codes: mapRecord(indices, (flat) => tf.reshape(flat, [batch, flat.size / batch])), // [B, N]
      quantized: mapRecord(outputs, (vectors) => this.#asMap(vectors)), // [B, h, w, D]
      losses,
    };
  }

  /** Code vectors [B, h, w, D] of every factor → images [B, H, W, 3]. */
  decodeQuantized(quantized: ByFactor): Tensor {
    const vectors = this.factors.map((name) => quantized[name]!);
    return this.decoder.call(this.combine.call(tf.concat(vectors, -1)));
  }

  /** Codes, int32 [B, N] for every codebook → their code vectors, [B, h, w, D] for every factor. */
  lookupCodes(codes: Codes): ByFactor {
    const indices = mapRecord(codes, (rows) => tf.reshape(rows, [-1]) as Tensor1D); // [B·N]
    const vectors = this.quantization.lookup(indices); // [B·N, D]
    return mapRecord(vectors, (rows) => this.#asMap(rows));
  }

  /** Codes, int32 [B, N] for every codebook → images [B, H, W, 3]. */
  decodeCodes(codes: Codes): Tensor {
    return this.decodeQuantized(this.lookupCodes(codes));
  }

  /** The teachers' features as each factor that has a teacher predicts them, [B, 1 + N, F]. */
  predictFeatures(quantized: ByFactor): ByFactor {
    const heads = Object.entries(this.branches).filter(([, { featureHead }]) => featureHead);
    return Object.fromEntries(
      heads.map(([name, { featureHead }]) => [name, featureHead!.call(quantized[name]!)]),
    );
  }

  /** Images → codes, int32 [B, N] for every codebook. */
  async encode(images: HostTensor): Promise<Codes<HostTensor>> {
    checkDiscrete(this.quantization.continuous);
    checkImages(images, this.#config.image);
    this.#compiled.encode ??= compile<HostTensor, Codes>(
      (x: Tensor) => this.quantize(this.encodeLatents(x), { training: false }).codes,
      { name: "tokenizer.encode" },
    );
    return this.#compiled.encode(images);
  }

  /** Codes → images, clipped to [-1, 1]. */
  async decode(codes: Codes<HostTensor>): Promise<HostTensor> {
    checkDiscrete(this.quantization.continuous);
    checkCodes(codes, this.codebooks);
    this.#compiled.decode ??= compile<Codes<HostTensor>, Tensor>(
      (indices: Codes) => tf.clipByValue(this.decodeCodes(indices), -1, 1),
      { name: "tokenizer.decode" },
    );
    return this.#compiled.decode(codes);
  }

  /** Images → codes (or continuous latents) → images, clipped to [-1, 1]. */
  async reconstruct(images: HostTensor): Promise<HostTensor> {
    checkImages(images, this.#config.image);
    this.#compiled.reconstruct ??= compile<HostTensor, Tensor>(
      (x: Tensor) => tf.clipByValue(this.forward(x, { training: false }).reconstruction, -1, 1),
      { name: "tokenizer.reconstruct" },
    );
    return this.#compiled.reconstruct(images);
  }

  /**
   * What one factor alone can draw (the paper's Figure 3): images → its codes → images, the code
   * vectors of the other factors replaced by zeros.
   */
  async reconstructFactor(images: HostTensor, name: string): Promise<HostTensor> {
    checkImages(images, this.#config.image);
    if (!this.branches[name])
      throw new UserError(
        `reconstructFactor: unknown codebook "${name}"; known: ${this.factors.join(", ")}`,
      );
    this.#compiled.factors[name] ??= compile<HostTensor, Tensor>(
      (x: Tensor) => {
        const { quantized } = this.quantize(this.encodeLatents(x), { training: false });
        const alone = mapRecord(quantized, (vectors, other) =>
          other === name ? vectors : tf.zerosLike(vectors),
        );
        return tf.clipByValue(this.decodeQuantized(alone), -1, 1);
      },
      { name: `tokenizer.reconstructFactor.${name}` },
    );
    return this.#compiled.factors[name](images);
  }

  override dispose(): void {
    const { encode, decode, reconstruct, factors } = this.#compiled;
    for (const program of [encode, decode, reconstruct, ...Object.values(factors)])
      program?.dispose();
    super.dispose();
  }

  /** [B·N, D] → [B, h, w, D] */
  #asMap(rows: Tensor2D): Tensor {
    return tf.reshape(rows, [-1, ...this.grid, rows.shape[1]]);
  }
}

/** A new tokenizer; the same seed gives the same weights. */
export function createTokenizer(config: TokenizerConfigInput, seed = 0): Tokenizer {
  return new Tokenizer(parseTokenizerConfig(config), fold(createKey(seed), "tokenizer"));
}
