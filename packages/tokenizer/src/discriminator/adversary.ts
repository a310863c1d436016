import {
  fold,
  hostInput,
  hostTensor,
  type Key,
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
import type { Discriminator } from "./discriminator.js";
import { discriminators } from "./index.js";

/**
 * The other player of adversarial training: a discriminator with its optimizer. Before its start step
 * both players' losses are multiplied by 0 and the discriminator is updated all the same, as the
 * reference implementation of FQGAN does: its batch statistics follow the reconstructions, and Adam's
 * bias correction has run out when its first gradient arrives.
 */
export class Adversary extends nn.Module {
  readonly discriminator: Discriminator;
  readonly optimizer: optim.Adam;
  readonly #config: AdversarialConfig;
  readonly #objective: AdversarialObjective;
  readonly #stepNumber: () => number;

  constructor(options: {
    config: AdversarialConfig;
    imageChannels: number;
    adam: optim.AdamOptions;
    /** The number of the step that runs, counting from 1. */
    stepNumber: () => number;
    key: Key;
  }) {
    super();
    const { config, imageChannels, adam, stepNumber, key } = options;
    this.#config = config;
    this.#stepNumber = stepNumber;
    this.#objective = adversarialObjectives.get(config.objective.name);
    this.discriminator = discriminators
      .get(config.discriminator.name)
      .create(config.discriminator, { imageChannels, key: fold(key, "discriminator") });
    this.optimizer = new optim.Adam(this.discriminator.namedVariables(), adam);
  }

  /** 0 before the start step, then the weight; a value that changes between runs of one program. */
  #weight(): Scalar {
    const { weight, startStep } = this.#config;
    const current = () => (this.#stepNumber() >= startStep ? weight : 0);
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

  /** One update of the discriminator on real images and given reconstructions, [B, H, W, C]. */
  update(batch: { images: Tensor; reconstruction: Tensor; clip: number }): {
    loss: Scalar;
    gradientNorm: Scalar;
  } {
    const { value, grads } = tf.variableGrads(() => {
      const real = this.discriminator.call(batch.images, { training: true });
      const fake = this.discriminator.call(batch.reconstruction, { training: true });
      return tf.mul(this.#objective.discriminator(real, fake), this.#weight()) as Scalar;
    }, this.optimizer.variables);
    const clipped = optim.clipByGlobalNorm(grads, batch.clip);
    this.optimizer.apply(clipped.grads);
    return { loss: value, gradientNorm: clipped.norm };
  }
}
