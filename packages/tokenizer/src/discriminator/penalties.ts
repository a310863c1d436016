import { defineRegistry, type Strategy } from "@fqgan/registry";
import { nn, type Scalar, type Tensor, tf } from "@fqgan/tensor";
import * as z from "zod";

/** What a discriminator said of real images and of reconstructions of them. */
export interface Judged {
  /** [B, H, W, C] */
  readonly images: Tensor;
  /** Logits of the images. */
  readonly real: Tensor;
  /** Logits of the reconstructions. */
  readonly fake: Tensor;
}

/** A loss beside the discriminator's own that keeps it from winning too easily. May have state. */
export interface Penalty extends nn.Module {
  /** Weighted. Part of a function whose gradients are taken; called once a training step. */
  call(judged: Judged): Scalar;
}

/** A penalty that plugs in by name. */
export interface PenaltyStrategy<Options = Record<string, unknown>> extends Strategy {
  create(options: Options): Penalty;
}

const weight = (fallback: number) => z.number().nonnegative().default(fallback);

class LeCam extends nn.Module implements Penalty {
  /** Running means of the logits, []. */
  readonly real = nn.buffer(new Float32Array(1), []);
  readonly fake = nn.buffer(new Float32Array(1), []);
  readonly #weight: number;
  readonly #decay: number;

  constructor({ weight, decay }: { weight: number; decay: number }) {
    super();
    this.#weight = weight;
    this.#decay = decay;
  }

  call({ real, fake }: Judged): Scalar {
    for (const [mean, logits] of [[this.real, real] as const, [this.fake, fake] as const])
      mean.assign(
        tf.add(tf.mul(mean, this.#decay), tf.mul(tf.mean(logits), 1 - this.#decay)) as never,
      );
    const above = tf.mean(tf.square(tf.relu(tf.sub(real, this.fake))));
    const below = tf.mean(tf.square(tf.relu(tf.sub(this.real, fake))));
    return tf.mul(this.#weight, tf.add(above, below));
  }
}

const leCam: PenaltyStrategy<{ weight: number; decay: number }> = {
  name: "lecam",
  summary:
    "LeCam: logits of real images stay near the running mean of fake ones, and the other way",
  reference: "https://arxiv.org/abs/2104.03310",
  options: {
    weight: weight(0.05),
    decay: z
      .number()
      .min(0)
      .lt(1)
      .default(0.999)
      .describe("of the running means, which start at 0"),
  },
  create: (options) => new LeCam(options),
};

class GradientPenalty extends nn.Module implements Penalty {
  readonly #weight: number;

  constructor({ weight }: { weight: number }) {
    super();
    this.#weight = weight;
  }

  call({ images, real }: Judged): Scalar {
    // The logits are on the tape already, and so is what this makes: its own gradient is the exact one.
    const slopes = tf.grad(() => tf.sum(real))(images); // [B, H, W, C]
    const squares = tf.sum(tf.square(slopes), [1, 2, 3]); // [B]
    return tf.mul(0.5 * this.#weight, tf.mean(squares));
  }
}

const gradientPenalty: PenaltyStrategy<{ weight: number }> = {
  name: "r1",
  summary: "R1: weight/2 times the squared slope of the logits at real images, each step",
  reference: "https://arxiv.org/abs/1801.04406",
  options: { weight: weight(10) },
  create: (options) => new GradientPenalty(options),
};

/** What a discriminator is kept from, by name. */
export const penalties = defineRegistry<PenaltyStrategy>("discriminator penalty", [
  leCam,
  gradientPenalty,
]);
