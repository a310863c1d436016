/**
 * Residual quantization, https://arxiv.org/abs/2107.03312 (SoundStream) and
 * https://arxiv.org/abs/2203.01941 (RQ-VAE): each level quantizes what the levels before it left over; the
 * sum of all codes is what the decoder sees.
 */
import { type StrategyConfig, UserError } from "@fqgan/registry";
import {
  compile,
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
import { type EstimatorName, estimators } from "../estimators.js";
import type { Codes, Quantized, QuantizeMode, Quantizer } from "../quantizer.js";
import { createQuantizer } from "../registry.js";
import { type SeedingOptions, seedCodebook } from "../seed-codebook.js";
import { stopGradient } from "../straight-through.js";
import type { Composed, Composition } from "./composition.js";
import { mapRecord, prefixed, take } from "./records.js";

/** One quantizer for every level, and how many levels. */
export interface ResidualOptions {
  /** The quantizer's config of every level. */
  readonly quantizer: StrategyConfig;
  /** The number of levels; their codebooks are named level1, level2, … */
  readonly levels: number;
  /** One codebook for all levels, or one each. */
  readonly codebooks?: "separate" | "shared";
  /**
   * Where the decoder's gradient enters: at every level, as in vector-quantize-pytorch (the latent gets
   * it as many times), or once over the sum of codes, as in RQ-VAE.
   */
  readonly gradient?: "every-level" | "sum";
  readonly estimator?: EstimatorName;
  /** Chance that a training step uses only the first levels, how many drawn evenly. */
  readonly dropout?: number;
  readonly key: Key;
}

type Settings = Required<Pick<ResidualOptions, "gradient" | "estimator" | "dropout">>;
type Level = Quantized & { readonly output: Tensor2D };

/** Levels that each quantize what those before them left over. */
export class ResidualQuantizer extends nn.Module implements Composition {
  readonly latents: Readonly<Record<"latent", { readonly dimensions: number }>>;
  /** Each once: one a level, or the one that all share. */
  readonly quantizers: readonly Quantizer[];
  readonly #levels: readonly string[];
  readonly #options: Settings;

  constructor(levels: readonly string[], quantizers: readonly Quantizer[], options: Settings) {
    super();
    this.latents = { latent: { dimensions: quantizers[0]!.dimensions } };
    this.quantizers = quantizers;
    this.#levels = levels;
    this.#options = options;
  }

  /** By level; a shared codebook is every level's. */
  get codebooks(): Readonly<Record<string, Quantizer>> {
    const { quantizers } = this;
    return Object.fromEntries(
      this.#levels.map((name, i) => [name, quantizers[i] ?? quantizers[0]!]),
    );
  }

  /** latents: { latent: [N, D] } */
  quantize(latents: Readonly<Record<string, Tensor2D>>, mode: QuantizeMode): Composed {
    const latent = take(latents, "latent", "residual: latents");
    const active = this.#activeLevels(mode);
    const levels: Record<string, Level> = {};
    let rest = latent;
    for (const [name, quantizer] of Object.entries(this.codebooks)) {
      const quantized = quantizer.quantize(rest, mode);
      const output = estimators[this.#options.estimator](quantized);
      levels[name] = { ...quantized, output };
      rest = tf.sub(rest, stopGradient(quantized.codes));
    }
    if (mode.training) this.#update(levels, mode);
    const masked = mapRecord(levels, (level, name) => active(level, name));
    return {
      outputs: { latent: this.#sum(latent, masked) },
      indices: mapRecord(levels, ({ indices }) => indices),
      losses: prefixed(mapRecord(masked, ({ losses }) => losses)),
    };
  }

  lookup(indices: Codes<Tensor1D>): Record<string, Tensor2D> {
    const codes = mapRecord(this.codebooks, (quantizer, name) =>
      quantizer.lookup(take(indices, name, "residual: indices")),
    );
    return { latent: tf.addN(Object.values(codes)) };
  }

  /** Level by level, each on what those before leave over; a shared codebook on the latents. */
  async seed(latents: Readonly<Record<string, HostTensor>>, options: SeedingOptions) {
    let rest: HostTensor = take(latents, "latent", "residual: latents");
    for (const [i, quantizer] of this.quantizers.entries()) {
      const key = fold(options.key, i);
      if (quantizer.setCodes) await seedCodebook(quantizer, { ...options, key, latents: rest });
      const remainder = compile<{ z: HostTensor }, { rest: Tensor }>(({ z }) => {
        const { codes } = quantizer.quantize(z as Tensor2D, { training: false });
        return { rest: tf.sub(z, codes) };
      });
      ({ rest } = await remainder({ z: rest }));
      remainder.dispose();
    }
  }

  #sum(latent: Tensor2D, levels: Readonly<Record<string, Level>>): Tensor2D {
    const { gradient, estimator } = this.#options;
    if (gradient === "every-level") return tf.addN(Object.values(levels).map((l) => l.output));
    const codes = tf.addN(Object.values(levels).map((level) => level.codes));
    return estimators[estimator]({ latents: latent, codes });
  }

  /** Quantizer dropout: multiplies the output and losses of levels beyond the drawn number by 0. */
  #activeLevels({ training, random }: QuantizeMode): (level: Level, name: string) => Level {
    const { dropout } = this.#options;
    if (!training || dropout === 0) return (level) => level;
    if (!random)
      throw new UserError(
        "residual: dropout needs a random stream, got none; pass { training: true, random }",
      );
    const names = this.#levels;
    const [chance, depth] = [random.uniform([]), random.uniform([])] as [Scalar, Scalar];
    const drawn = tf.add(tf.floor(tf.mul(depth, names.length)), 1);
    const count = tf.where(tf.less(chance, dropout), drawn, tf.scalar(names.length));
    return (level, name) => {
      const on = tf.cast(tf.less(tf.scalar(names.indexOf(name)), count), "float32");
      return {
        ...level,
        codes: tf.mul(level.codes, on),
        output: tf.mul(level.output, on),
        losses: mapRecord(level.losses, (loss) => tf.mul(loss, on) as Scalar),
      };
    };
  }

  /** Once for each codebook, with everything that all its levels have seen. */
  #update(levels: Readonly<Record<string, Level>>, mode: QuantizeMode): void {
    const { codebooks } = this;
    for (const quantizer of this.quantizers) {
      const own = Object.entries(levels).filter(([name]) => codebooks[name] === quantizer);
      quantizer.update?.({
        latents: tf.concat(own.map(([, level]) => level.latents)),
        indices: tf.concat(own.map(([, level]) => level.indices)),
        ...(mode.random && { random: mode.random }),
      });
    }
  }
}

/** A residual quantizer; no level at all is a UserError. */
export function createResidual(options: ResidualOptions): ResidualQuantizer {
  const { quantizer: config, levels, codebooks = "separate", key } = options;
  const { gradient = "every-level", estimator = "straight-through", dropout = 0 } = options;
  if (!Number.isInteger(levels) || levels < 1)
    throw new UserError(`residual: expected at least one level, got ${levels}`);
  const names = Array.from({ length: levels }, (_, i) => `level${i + 1}`);
  const keyNames = codebooks === "shared" ? ["shared"] : names;
  const quantizers = keyNames.map((name) => createQuantizer(config, fold(key, name)));
  return new ResidualQuantizer(names, quantizers, { gradient, estimator, dropout });
}
