/**
 * FQGAN, "Factorized Visual Tokenization and Generation" (https://arxiv.org/abs/2411.16681): one encoder,
 * several small named codebooks, each with its own adapter, and one decoder that sees all their codes.
 * With one codebook and no adapter it is a VQGAN (https://arxiv.org/abs/2012.09841).
 */
import {
  type Codes,
  createFactorized,
  type FactorizedQuantizer,
  type QuantizeMode,
} from "@fqgan/quantizer";
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
import { checkCodes, checkImages } from "./check-input.js";
import { parseTokenizerConfig, type TokenizerConfig, type TokenizerConfigInput } from "./config.js";
import type { Decoder } from "./decoder.js";
import { decoders } from "./decoders/index.js";
import type { Encoder } from "./encoder.js";
import { encoders } from "./encoders/index.js";
import { mapRecord } from "./map-record.js";

/** Tensors by codebook, in decoder channel order. */
export type ByCodebook<T = Tensor> = Readonly<Record<string, T>>;

/** What quantizing one batch gives. */
export interface QuantizedLatents {
  /** int32 [B, N] */
  readonly codes: Codes;
  /** [B, h, w, D] what the decoder sees; gradients pass straight through to the latents. */
  readonly quantized: ByCodebook;
  /** `<codebook>.<loss>` and `disentanglement`, weighted: parts of one sum. Empty at evaluation. */
  readonly losses: Readonly<Record<string, Scalar>>;
}

export interface TokenizerOutput extends QuantizedLatents {
  /** [B, H, W, 3], about [-1, 1] (not clipped) */
  readonly reconstruction: Tensor;
}

/** Programs that users run, made when first asked for. */
interface Compilations {
  encode?: Compiled<HostTensor, ByCodebook>;
  decode?: Compiled<Codes<HostTensor>, Tensor>;
  reconstruct?: Compiled<HostTensor, Tensor>;
  factors: Record<string, Compiled<HostTensor, Tensor>>;
}

/**
 * Images to codes and back. `forward`, `encodeLatents`, `quantize`, `decodeQuantized` and `decodeCodes`
 * are programs over tensors, to be part of a training step or of `compile`; `encode`, `decode`,
 * `reconstruct` and `reconstructFactor` are compiled and take and return values in main memory.
 * Images are [B, size, size, 3] in [-1, 1].
 */
export class Tokenizer extends nn.Module {
  readonly encoder: Encoder;
  /** The networks before each codebook. */
  readonly branches: Readonly<Record<string, Branch>>;
  /** The codebooks. */
  readonly quantization: FactorizedQuantizer;
  /** All code vectors of a position → latentChannels (a 1×1 convolution). */
  readonly combine: nn.Linear;
  readonly decoder: Decoder;
  readonly #config: TokenizerConfig;
  readonly #compiled: Compilations = { factors: {} };

  constructor(config: TokenizerConfig, key: Key) {
    super();
    this.#config = config;
    const { image, latentChannels } = config;
    const imageChannels = image.channels;
    this.encoder = encoders
      .get(config.encoder.name)
      .create(config.encoder, { imageChannels, key: fold(key, "encoder") });
    if (image.size % this.encoder.factor !== 0)
      throw new UserError(
        `image.size: expected a multiple of ${this.encoder.factor}, which the encoder shrinks by, ` +
          `got ${image.size}; change it or the encoder's levels`,
      );
    this.quantization = createFactorized({
      codebooks: mapRecord(config.codebooks, ({ quantizer }) => quantizer),
      disentanglement: config.losses.disentanglement,
      estimator: config.estimator,
      key: fold(key, "quantization"),
    });
    this.branches = mapRecord(
      config.codebooks,
      (codebook, name) =>
        new Branch({
          config: codebook,
          encoder: this.encoder,
          latentChannels,
          dimensions: this.codebooks[name]!.dimensions,
          positions: this.grid ** 2,
          key: fold(key, "branches", name),
        }),
    );
    this.combine = new nn.Linear({
      inputs: sum(Object.values(this.codebooks).map(({ dimensions }) => dimensions)),
      outputs: latentChannels,
      key: fold(key, "combine"),
    });
    this.decoder = decoders
      .get(config.decoder.name)
      .create(config.decoder, { inputs: latentChannels, imageChannels, key: fold(key, "decoder") });
    if (this.decoder.factor !== this.encoder.factor)
      throw new UserError(
        `decoder: expected it to enlarge ${this.encoder.factor} times, as the encoder shrinks, ` +
          `got ${this.decoder.factor}; give both as many levels`,
      );
  }

  /** With every default filled in. */
  get config(): TokenizerConfig {
    return this.#config;
  }

  /** Sizes and dimensions of the codebooks by name, in decoder channel order. */
  get codebooks(): Readonly<
    Record<string, { readonly size: number; readonly dimensions: number }>
  > {
    return this.quantization.codebooks;
  }

  /** Side of the grid of positions: N = grid². */
  get grid(): number {
    return this.#config.image.size / this.encoder.factor;
  }

  /** Bits that the codes of one image take. */
  get bitsPerImage(): number {
    return this.grid ** 2 * sum(Object.values(this.codebooks).map(({ size }) => Math.log2(size)));
  }

  /** Images [B, H, W, 3] through everything. */
  forward(images: Tensor, mode: QuantizeMode): TokenizerOutput {
    const quantized = this.quantize(this.encodeLatents(images), mode);
    return { reconstruction: this.decodeQuantized(quantized.quantized), ...quantized };
  }

  /** Images [B, H, W, 3] → latents before quantization, [B, h, w, D] for each codebook. */
  encodeLatents(images: Tensor): ByCodebook {
    const features = this.encoder.call(images);
    return mapRecord(this.branches, (branch) => branch.call(features));
  }

  /** Latents [B, h, w, D] for each codebook → their codes. */
  quantize(latents: ByCodebook, mode: QuantizeMode): QuantizedLatents {
    const rows = mapRecord(latents, (map) => tf.reshape(map, [-1, map.shape[3]!]) as Tensor2D); // [B·N, D]
    const { outputs, indices, losses } = this.quantization.quantize(rows, mode);
    return {
      codes: mapRecord(indices, (flat) => tf.reshape(flat, [-1, this.grid ** 2])), // [B, N]
      quantized: mapRecord(outputs, (vectors, name) => tf.reshape(vectors, latents[name]!.shape)), // [B, h, w, D]
      losses,
    };
  }

  /** Code vectors [B, h, w, D] of every codebook → images [B, H, W, 3]. */
  decodeQuantized(quantized: ByCodebook): Tensor {
    const vectors = Object.keys(this.codebooks).map((name) => quantized[name]!);
    return this.decoder.call(this.combine.call(tf.concat(vectors, -1)));
  }

  /** Codes, int32 [B, N] for every codebook → images [B, H, W, 3]. */
  decodeCodes(codes: Codes): Tensor {
    const indices = mapRecord(codes, (rows) => tf.reshape(rows, [-1]) as Tensor1D); // [B·N]
    const vectors = this.quantization.lookup(indices); // [B·N, D]
    return this.decodeQuantized(
      mapRecord(vectors, (rows) => tf.reshape(rows, [-1, this.grid, this.grid, rows.shape[1]])),
    );
  }

  /** The teachers' features as each codebook that has a teacher predicts them, [B, 1 + N, F]. */
  predictFeatures(quantized: ByCodebook): ByCodebook {
    const heads = Object.entries(this.branches).filter(([, { featureHead }]) => featureHead);
    return Object.fromEntries(
      heads.map(([name, { featureHead }]) => [name, featureHead!.call(quantized[name]!)]),
    );
  }

  /** Images → codes, int32 [B, N] for every codebook. */
  async encode(images: HostTensor): Promise<Codes<HostTensor>> {
    checkImages(images, this.#config.image);
    this.#compiled.encode ??= compile<HostTensor, ByCodebook>(
      (x: Tensor) => this.quantize(this.encodeLatents(x), { training: false }).codes,
      { name: "tokenizer.encode" },
    );
    return this.#compiled.encode(images);
  }

  /** Codes → images, clipped to [-1, 1]. */
  async decode(codes: Codes<HostTensor>): Promise<HostTensor> {
    checkCodes(codes, this);
    this.#compiled.decode ??= compile<Codes<HostTensor>, Tensor>(
      (indices: Codes) => tf.clipByValue(this.decodeCodes(indices), -1, 1),
      { name: "tokenizer.decode" },
    );
    return this.#compiled.decode(codes);
  }

  /** Images → codes → images, clipped to [-1, 1]. */
  async reconstruct(images: HostTensor): Promise<HostTensor> {
    checkImages(images, this.#config.image);
    this.#compiled.reconstruct ??= compile<HostTensor, Tensor>(
      (x: Tensor) => tf.clipByValue(this.forward(x, { training: false }).reconstruction, -1, 1),
      { name: "tokenizer.reconstruct" },
    );
    return this.#compiled.reconstruct(images);
  }

  /**
   * What one codebook alone can draw (the paper's Figure 3): images → its codes → images, the code
   * vectors of the other codebooks replaced by zeros.
   */
  async reconstructFactor(images: HostTensor, name: string): Promise<HostTensor> {
    checkImages(images, this.#config.image);
    if (!this.codebooks[name])
      throw new UserError(
        `reconstructFactor: unknown codebook "${name}"; known: ${Object.keys(this.codebooks).join(", ")}`,
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
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** A new tokenizer; the same seed gives the same weights. */
export function createTokenizer(config: TokenizerConfigInput, seed = 0): Tokenizer {
  return new Tokenizer(parseTokenizerConfig(config), fold(createKey(seed), "tokenizer"));
}
