/**
 * Replacement of dead codes, as Jukebox (https://arxiv.org/abs/2005.00341) and SoundStream
 * (https://arxiv.org/abs/2107.03312) do it: a code that hardly anything chooses takes the place of a random
 * latent of the batch, where it will be chosen.
 */
import { UserError } from "@fqgan/registry";
import {
  nn,
  type RandomStream,
  type Tensor1D,
  type Tensor2D,
  tf,
  type Variable,
} from "@fqgan/tensor";
import * as z from "zod";

export const deadCodeOptions = z
  .strictObject({
    /** A code is dead when its use falls below this share of an even one; 0 leaves all codes alone. */
    below: z.number().nonnegative().max(1).default(0),
    /** Use is a moving average over steps with this decay. */
    decay: z.number().min(0).max(1).default(0.99),
  })
  .prefault({});

export type DeadCodeOptions = z.output<typeof deadCodeOptions>;

export class DeadCodes extends nn.Module {
  /** [K] moving use of each code; 1 is an even share, where all start. */
  readonly use: Variable;
  readonly #options: DeadCodeOptions;

  constructor(size: number, options: DeadCodeOptions) {
    super();
    this.use = nn.buffer(new Float32Array(size).fill(1), [size]);
    this.#options = options;
  }

  /** The codebook with dead rows replaced, and where: [K, D] → [K, D] and bool [K, 1]. */
  replace(options: {
    readonly codebook: Tensor2D;
    readonly latents: Tensor2D;
    readonly indices: Tensor1D;
    readonly random: RandomStream | undefined;
  }): { codebook: Tensor2D; dead: Tensor2D } {
    const { codebook, latents, indices, random } = options;
    if (!random)
      throw new UserError(
        "deadCodes: expected a random stream in the mode, got none; pass { training: true, random }",
      );
    const { below, decay } = this.#options;
    const [rows, size] = [latents.shape[0], codebook.shape[0]];
    const share = tf.mul(countCodes(indices, size), size / rows); // [K], 1 is an even share
    const use = tf.add(tf.mul(this.use, decay), tf.mul(share, 1 - decay)) as Tensor1D;
    const dead = tf.less(use, below); // [K]
    this.use.assign(tf.where(dead, tf.onesLike(use), use) as never);
    const draws = tf.floor(tf.mul(random.uniform([size]), rows));
    const picked = tf.cast(tf.minimum(draws, rows - 1), "int32") as Tensor1D;
    const column = tf.reshape(dead, [size, 1]) as Tensor2D; // [K, 1]
    const fresh = tf.gather(latents, picked); // [K, D]
    return { codebook: tf.where(column, fresh, codebook) as Tensor2D, dead: column };
  }
}

/** How often each code was chosen, int32 [N] → float32 [K]. */
export function countCodes(indices: Tensor1D, size: number): Tensor1D {
  return tf.unsortedSegmentSum(tf.ones([indices.shape[0]]), indices, size) as Tensor1D;
}
