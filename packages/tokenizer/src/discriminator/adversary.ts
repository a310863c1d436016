import {
  fold,
  hostInput,
  hostTensor,
  nn,
  optim,
  type Scalar,
  type Tensor,
  tf,
  type Variable,
} from "@fqgan/tensor";
import { type AdversarialObjective, adversarialObjectives } from "../losses/adversarial.js";
import { balances } from "./balance.js";
import type { AdversarialConfig } from "./config.js";
import type { Discriminator, DiscriminatorContext } from "./discriminator.js";
import { discriminators } from "./index.js";
import { type Penalty, penalties } from "./penalties.js";

/** 0 before the start step, then the weight. Steps count from 1. */
export function adversarialWeight(
  { weight, startStep }: Pick<AdversarialConfig, "weight" | "startStep">,
  step: number,
): number {
  return step >= startStep ? weight : 0;
}

/**
 * The other player of adversarial training: a discriminator with its optimizer. Before its start step
 * both players' losses are multiplied by 0 and the discriminator is updated all the same, as the
 * reference implementation of FQGAN does: its batch statistics follow the reconstructions, and Adam's
 * bias correction has run out when its first gradient arrives.
 */
export class Adversary extends nn.Module {
  readonly discriminator: Discriminator;
  readonly optimizer: optim.Adam;
  readonly penalties: Readonly<Record<string, Penalty>>;
  readonly #config: AdversarialConfig;
  readonly #objective: AdversarialObjective;
  readonly #stepNumber: () => number;

  constructor(
    options: DiscriminatorContext & {
      config: AdversarialConfig;
      adam: optim.AdamOptions;
      /** The number of the step that runs, counting from 1. */
      stepNumber: () => number;
    },
  ) {
    super();
    const { config, imageChannels, imageSize, adam, stepNumber, key } = options;
    this.#config = config;
    this.#stepNumber = stepNumber;
    this.#objective = adversarialObjectives.get(config.objective.name);
    this.discriminator = discriminators
      .get(config.discriminator.name)
      .create(config.discriminator, {
        imageChannels,
        imageSize,
        key: fold(key, "discriminator"),
      });
    this.penalties = Object.fromEntries(
      (config.penalties ?? []).map((penalty) => [
        penalty.name,
        penalties.get(penalty.name).create(penalty),
      ]),
    );
    this.optimizer = new optim.Adam(this.discriminator.namedVariables(), adam);
  }

  /** A value that changes between runs of one program. */
  #weight(): Scalar {
    const current = () => adversarialWeight(this.#config, this.#stepNumber());
    return hostInput(() => hostTensor(Float32Array.of(current()), [])) as Scalar;
  }

  /**
   * What the tokenizer minimises, weighted. Part of a function whose gradients are taken.
   * @param faithful the losses that compare the reconstruction with its image
   * @param lastKernel of the decoder
   */
  generatorLoss(options: {
    /** [B, H, W, C] */
    reconstruction: Tensor;
    faithful: Scalar;
    lastKernel: Variable;
  }): Scalar {
    const { reconstruction, faithful, lastKernel } = options;
    const logits = this.discriminator.call(reconstruction, { training: true });
    const adversarial = this.#objective.generator(logits);
    const balance = balances[this.#config.balance]({ faithful, adversarial, lastKernel });
    return tf.mul(tf.mul(adversarial, balance), this.#weight());
  }

  /**
   * What the discriminator minimises, `loss`, and its penalties' parts of it, all with the weight of both
   * players. Part of a function whose gradients are taken.
   */
  losses(batch: {
    /** [B, H, W, C] */
    readonly images: Tensor;
    readonly reconstruction: Tensor;
  }): optim.Losses {
    const { images, reconstruction } = batch;
    const real = this.discriminator.call(images, { training: true });
    const fake = this.discriminator.call(reconstruction, { training: true });
    const weight = this.#weight();
    const parts = Object.entries(this.penalties).map(
      ([name, penalty]) => [name, tf.mul(penalty.call({ images, real, fake }), weight)] as const,
    );
    const own = tf.mul(this.#objective.discriminator(real, fake), weight);
    const loss = parts.length > 0 ? tf.addN([own, ...parts.map(([, part]) => part)]) : own;
    return { ...Object.fromEntries(parts), loss };
  }
}
