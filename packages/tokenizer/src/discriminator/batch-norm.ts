import { fold, type Key, nn, type Tensor, tf, type Variable } from "@fqgan/tensor";

/**
 * Batch normalisation (Ioffe & Szegedy, arXiv 1502.03167): over the batch and all positions. In
 * training by the batch's own statistics, which also move the running ones that evaluation uses.
 */
export class BatchNorm extends nn.Module {
  readonly scale: Variable;
  readonly shift: Variable;
  readonly runningMean: Variable;
  readonly runningVariance: Variable;
  readonly #momentum = 0.1;
  readonly #epsilon = 1e-5;

  constructor({ channels, key }: { channels: number; key: Key }) {
    super();
    const shape = [channels];
    // Scales start around 1, as pix2pix has it.
    const scales = nn
      .normalInit(0.02)(fold(key, "scale"), shape)
      .map((n) => 1 + n);
    this.scale = nn.parameter(scales, shape);
    this.shift = nn.parameter(new Float32Array(channels), shape);
    this.runningMean = nn.buffer(new Float32Array(channels), shape);
    this.runningVariance = nn.buffer(new Float32Array(channels).fill(1), shape);
  }

  /** [B, H, W, C] → [B, H, W, C] */
  call(x: Tensor, { training }: { training: boolean }): Tensor {
    const mean = training ? tf.mean(x, [0, 1, 2]) : this.runningMean; // [C]
    const centred = tf.sub(x, mean);
    const variance = training ? tf.mean(tf.square(centred), [0, 1, 2]) : this.runningVariance;
    if (training) this.#follow(mean, variance, x.size / mean.size);
    const normalised = tf.mul(centred, tf.rsqrt(tf.add(variance, this.#epsilon)));
    return tf.add(tf.mul(normalised, this.scale), this.shift);
  }

  /** Moves the running statistics; the variance with count / (count - 1), the unbiased estimate. */
  #follow(mean: Tensor, variance: Tensor, count: number): void {
    const move = (running: Variable, value: Tensor) =>
      running.assign(
        tf.add(tf.mul(running, 1 - this.#momentum), tf.mul(value, this.#momentum)) as never,
      );
    move(this.runningMean, mean);
    move(this.runningVariance, tf.mul(variance, count / (count - 1)));
  }
}
