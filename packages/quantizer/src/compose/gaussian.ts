/**
 * Continuous latents of a diagonal Gaussian, https://arxiv.org/abs/1312.6114 (VAE), as the autoencoder of
 * https://arxiv.org/abs/2112.10752 (SD-VAE) has them: what tokenizers with codes are compared with.
 */
import { UserError } from "@fqgan/registry";
import { type Key, nn, type Scalar, type Tensor2D, tf } from "@fqgan/tensor";
import type { QuantizeMode } from "../quantizer.js";
import type { Composed, Composition } from "./composition.js";
import { take } from "./records.js";

export interface GaussianOptions {
  /** D, what the decoder sees; the encoder gives twice as many: means, then log variances. */
  readonly dimensions: number;
  /**
   * Weight of the KL divergence from N(0, 1), summed over dimensions and averaged over positions. SD-VAE
   * sums over the positions of an image too: multiply its weight by their number.
   */
  readonly weight: number;
  readonly key: Key;
}

export class GaussianLatents extends nn.Module implements Composition {
  readonly codebooks = {};
  readonly #options: GaussianOptions;

  constructor(options: GaussianOptions) {
    super();
    this.#options = options;
  }

  get latents(): { readonly latent: { readonly dimensions: number; readonly outputs: number } } {
    const { dimensions } = this.#options;
    return { latent: { dimensions: 2 * dimensions, outputs: dimensions } };
  }

  /** latents: { latent: [N, 2D] } → outputs: { latent: [N, D] }, a sample in training, else the mean */
  quantize(latents: Readonly<Record<string, Tensor2D>>, mode: QuantizeMode): Composed {
    const { dimensions, weight } = this.#options;
    const latent = take(latents, "latent", "gaussian: latents");
    const [rows, channels] = latent.shape;
    if (channels !== 2 * dimensions)
      throw new UserError(
        `gaussian: expected latents [N, ${2 * dimensions}], means and log variances of ${dimensions} ` +
          `dimensions, got [${rows}, ${channels}]`,
      );
    const mean = tf.slice(latent, [0, 0], [rows, dimensions]);
    if (!mode.training) return { outputs: { latent: mean }, indices: {}, losses: {} };
    if (!mode.random)
      throw new UserError(
        "gaussian: training draws samples and needs a random stream; pass { training: true, random }",
      );
    const halves = tf.slice(latent, [0, dimensions], [rows, dimensions]);
    const logVariance = tf.clipByValue(halves, -30, 20);
    const deviation = tf.exp(tf.mul(logVariance, 0.5));
    const sample: Tensor2D = tf.add(
      mean,
      tf.mul(deviation, mode.random.normal([rows, dimensions])),
    );
    const kl: Scalar = tf.mul(divergence(mean, logVariance), weight);
    return { outputs: { latent: sample }, indices: {}, losses: { kl } };
  }

  lookup(): Record<string, Tensor2D> {
    throw new UserError("gaussian: continuous latents have no indices to look up; decode outputs");
  }

  /** Nothing to set. */
  async seed(): Promise<void> {}
}

/** KL(N(mean, variance) ‖ N(0, 1)) in nats: summed over dimensions, averaged over positions. */
function divergence(mean: Tensor2D, logVariance: Tensor2D): Scalar {
  const terms = tf.sub(tf.add(tf.square(mean), tf.exp(logVariance)), tf.add(logVariance, 1));
  return tf.mul(tf.mean(tf.sum(terms, 1)), 0.5);
}

export const createGaussian = (options: GaussianOptions) => new GaussianLatents(options);
