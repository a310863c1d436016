import { parseConfig, UserError } from "@fqgan/registry";
import {
  type Compiled,
  compile,
  fold,
  type HostTensor,
  hostTensor,
  type Key,
  type nn,
  optim,
  RandomStream,
  readVariables,
  type Tensor,
  type Trainer,
  tf,
  writeVariables,
} from "@fqgan/tensor";
import type { z } from "zod";
import { checkImages } from "./check-input.js";
import { Adversary } from "./discriminator/adversary.js";
import { batchPsnr, reconstructionLoss } from "./losses/reconstruction.js";
import { tokenizerLosses } from "./objective.js";
import type { Tokenizer } from "./tokenizer.js";
import { type TokenizerTraining, tokenizerTrainingSchema } from "./training-config.js";

/** One batch in main memory. */
export interface ImageBatch {
  /** float32 [B, H, W, 3] in [-1, 1] */
  readonly images: HostTensor;
  /** Features of these images by teacher, float32 [B, F]; for codebooks that have a teacher. */
  readonly teachers?: Readonly<Record<string, HostTensor>>;
}

export interface TokenizerTrainerOptions extends Partial<z.input<typeof tokenizerTrainingSchema>> {
  /** Seeds the discriminator and whatever draws in training. */
  readonly key: Key;
  /** Replaces the constant learning rate. */
  readonly schedule?: optim.Schedule;
}

type Inputs = { images: HostTensor; teachers: Record<string, HostTensor> };
type Scalars<T = Tensor> = Readonly<Record<string, T>>;

/**
 * Trains a tokenizer: one step is one update of the tokenizer by all its losses and, where it is
 * trained against a discriminator, one of that on the same reconstructions.
 */
export class TokenizerTrainer implements Trainer<ImageBatch> {
  readonly tokenizer: Tokenizer;
  readonly #training: TokenizerTraining;
  readonly #adam: optim.Adam;
  readonly #ema: optim.Ema | undefined;
  readonly #adversary: Adversary | undefined;
  readonly #random: RandomStream;
  readonly #step: Compiled<Inputs, Scalars>;
  readonly #evaluate: Compiled<HostTensor, Scalars>;

  constructor(tokenizer: Tokenizer, { key, schedule, ...options }: TokenizerTrainerOptions) {
    this.tokenizer = tokenizer;
    this.#training = parseConfig(tokenizerTrainingSchema, options, "tokenizer training");
    const { learningRate, beta1, beta2, ema } = this.#training;
    const variables = tokenizer.namedVariables();
    const adam = { learningRate: schedule ?? learningRate, beta1, beta2 };
    this.#random = new RandomStream(fold(key, "random"));
    this.#adam = new optim.Adam(variables, adam);
    if (ema !== undefined) {
      const trainable = [...variables].filter(([, variable]) => variable.trainable);
      this.#ema = new optim.Ema(new Map(trainable), ema);
    }
    const { image, losses } = tokenizer.config;
    if (losses.adversarial)
      this.#adversary = new Adversary({
        config: losses.adversarial,
        imageChannels: image.channels,
        adam,
        stepNumber: () => this.step + 1,
        key: fold(key, "adversary"),
      });
    this.#step = compile<Inputs, Scalars>((batch) => this.#trainingStep(batch), {
      name: "tokenizer.trainStep",
    });
    this.#evaluate = compile<HostTensor, Scalars>(
      (images) => {
        const { reconstruction } = tokenizer.forward(images, { training: false });
        return {
          "loss.reconstruction": reconstructionLoss(images, reconstruction, losses.reconstruction),
          psnr: batchPsnr(images, reconstruction),
        };
      },
      { name: "tokenizer.evaluate" },
    );
  }

  get step(): number {
    return this.#random.step;
  }

  /**
   * `loss` and its parts `loss.reconstruction`, `loss.<codebook>.commitment`, … (weighted: they add up),
   * `gradientNorm`, `psnr` of the batch in dB, `learningRate`, and of a discriminator
   * `discriminator.loss` and `discriminator.gradientNorm`.
   */
  async trainStep({ images, teachers = {} }: ImageBatch): Promise<Record<string, number>> {
    checkImages(images, this.tokenizer.config.image);
    const learningRate = this.#adam.learningRate();
    const scalars = await this.#step({ images, teachers: this.#neededTeachers(teachers) });
    this.#random.advance();
    this.#adam.advance();
    this.#adversary?.optimizer.advance();
    return { ...numbers(scalars), learningRate };
  }

  /** On held-out images, with the weights as they are: `loss.reconstruction` and `psnr`. */
  async evaluate({ images }: ImageBatch): Promise<Record<string, number>> {
    checkImages(images, this.tokenizer.config.image);
    return numbers(await this.#evaluate(images));
  }

  async state(): Promise<Record<string, HostTensor>> {
    return {
      ...(await readVariables(this.#variables())),
      step: hostTensor(Int32Array.of(this.step), []),
    };
  }

  restore(state: Record<string, HostTensor>, where: string): void {
    const { step, ...tensors } = state;
    if (!step)
      throw new UserError(
        `${where}: expected the training state of a tokenizer with its step, got none; ` +
          "was it saved by a tokenizer's trainer?",
      );
    writeVariables(this.#variables(), tensors, where);
    const done = step.data[0]!;
    this.#random.step = done;
    this.#adam.setUpdates(done);
    this.#adversary?.optimizer.setUpdates(done);
  }

  /** The averaged weights by the tokenizer's names, or its own where no average is kept. */
  async averagedWeights(): Promise<Record<string, HostTensor>> {
    const own = await readVariables(this.tokenizer.namedVariables());
    if (!this.#ema) return own;
    return { ...own, ...(await readVariables(new Map(Object.entries(this.#ema.shadow)))) };
  }

  /** Frees the optimizer's state and programs; the tokenizer stays. */
  dispose(): void {
    this.#step.dispose();
    this.#evaluate.dispose();
    this.#adam.dispose();
    this.#ema?.dispose();
    this.#adversary?.dispose();
  }

  #trainingStep(batch: { images: Tensor; teachers: Readonly<Record<string, Tensor>> }): Scalars {
    const { clip } = this.#training;
    const results: Record<string, Tensor> = {};
    let reconstruction: Tensor | undefined;
    // What is read after the gradients must be kept: their scope frees everything else.
    const { value, grads } = tf.variableGrads(() => {
      const { output, losses } = tokenizerLosses(this.tokenizer, batch, this.#random);
      reconstruction = tf.keep(output.reconstruction);
      if (this.#adversary)
        losses.adversarial = this.#adversary.generatorLoss({
          reconstruction,
          faithful: losses.reconstruction!,
          lastKernel: this.tokenizer.decoder.lastKernel,
        });
      for (const [name, loss] of Object.entries(losses)) results[`loss.${name}`] = tf.keep(loss);
      return tf.addN(Object.values(losses));
    }, this.#adam.variables);
    const clipped = optim.clipByGlobalNorm(grads, clip);
    this.#adam.apply(clipped.grads);
    this.#ema?.update();
    const images = batch.images;
    const discriminator = this.#adversary?.update({
      images,
      reconstruction: reconstruction!,
      clip,
    });
    const psnr = batchPsnr(images, reconstruction!);
    reconstruction!.dispose();
    return {
      loss: value,
      ...results,
      gradientNorm: clipped.norm,
      psnr,
      ...(discriminator && {
        "discriminator.loss": discriminator.loss,
        "discriminator.gradientNorm": discriminator.gradientNorm,
      }),
    };
  }

  #variables() {
    const modules: Record<string, nn.Module | undefined> = {
      model: this.tokenizer,
      optimizer: this.#adam,
      ema: this.#ema,
      adversary: this.#adversary,
    };
    const groups = Object.entries(modules).map(([name, module]) => [
      ...(module?.namedVariables(name) ?? []),
    ]);
    return new Map(groups.flat());
  }

  /** Those that a codebook learns from; others may be in the batch. */
  #neededTeachers(given: Readonly<Record<string, HostTensor>>): Record<string, HostTensor> {
    const needed = Object.values(this.tokenizer.config.codebooks).map(
      ({ representation }) => representation?.teacher,
    );
    return Object.fromEntries(Object.entries(given).filter(([name]) => needed.includes(name)));
  }
}

function numbers(scalars: Scalars<HostTensor>): Record<string, number> {
  return Object.fromEntries(Object.entries(scalars).map(([name, { data }]) => [name, data[0]!]));
}
