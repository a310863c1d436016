import type { Codes } from "@fqgan/quantizer";
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
import { trainedVariables } from "./freeze.js";
import { type ImageBatch, neededTeachers, splitBatch, type TrainingInputs } from "./image-batch.js";
import type { PerceptualNetwork } from "./losses/perceptual.js";
import { batchPsnr, reconstructionLoss } from "./losses/reconstruction.js";
import { type TrainingTensors, tokenizerLosses } from "./objective.js";
import { CODES, joined, meanLength, means, named, numbers, sorted } from "./step-report.js";
import type { Tokenizer } from "./tokenizer.js";
import { type TokenizerTraining, tokenizerTrainingSchema } from "./training-config.js";
import { Update } from "./update.js";

/** A recipe; what is left out is FQGAN's. */
export interface TokenizerTrainerOptions extends Partial<z.input<typeof tokenizerTrainingSchema>> {
  /** Seeds the discriminator and whatever draws in training. */
  readonly key: Key;
  /** Replaces the constant learning rate. */
  readonly schedule?: optim.Schedule;
  /** Networks that compare images, by the names in `losses.perceptual`. The caller's to dispose. */
  readonly perceptual?: Readonly<Record<string, PerceptualNetwork>>;
}

type Scalars<T = Tensor> = Readonly<Record<string, T>>;
type Judged = { images: HostTensor; reconstruction: HostTensor };

/**
 * Trains a tokenizer: one step is one update of the tokenizer by all its losses and, where it is
 * trained against a discriminator, one of that on the same reconstructions; each is a compiled program.
 */
export class TokenizerTrainer implements Trainer<ImageBatch> {
  readonly tokenizer: Tokenizer;
  readonly #training: TokenizerTraining;
  readonly #adam: optim.Adam;
  readonly #ema: optim.Ema | undefined;
  readonly #adversary: Adversary | undefined;
  readonly #random: RandomStream;
  readonly #generator: Update<TrainingInputs>;
  readonly #discriminator: Update<Judged> | undefined;
  readonly #evaluate: Compiled<HostTensor, Scalars>;
  #done = 0;
  #codes: Codes<Int32Array> = {};

  constructor(tokenizer: Tokenizer, options: TokenizerTrainerOptions) {
    const { key, schedule, perceptual, ...settings } = options;
    this.tokenizer = tokenizer;
    this.#training = parseConfig(tokenizerTrainingSchema, settings, "tokenizer training");
    const { learningRate, beta1, beta2, clip, ema, accumulate = 1, freeze } = this.#training;
    const adam = { learningRate: schedule ?? learningRate, beta1, beta2 };
    const variables = trainedVariables(tokenizer, freeze);
    this.#random = new RandomStream(fold(key, "random"));
    this.#adam = new optim.Adam(variables, adam);
    if (ema !== undefined) this.#ema = new optim.Ema(variables, ema);
    const { image, losses } = tokenizer.config;
    if (losses.adversarial)
      this.#adversary = new Adversary({
        config: losses.adversarial,
        imageChannels: image.channels,
        imageSize: image.size,
        adam,
        stepNumber: () => this.step + 1,
        key: fold(key, "adversary"),
      });
    const update = { clip, parts: accumulate };
    this.#generator = new Update<TrainingInputs>({
      ...update,
      name: "tokenizer.trainStep",
      losses: (batch) => this.#losses(batch, perceptual),
      optimizer: this.#adam,
      moved: () => this.#ema?.update(),
    });
    if (this.#adversary)
      this.#discriminator = new Update<Judged>({
        ...update,
        name: "discriminator.trainStep",
        losses: (batch) => this.#adversary!.losses(batch),
        optimizer: this.#adversary.optimizer,
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
    return this.#done;
  }

  /** The indices that the last step's batch was given, by codebook; before the first step none. */
  get codes(): Codes<Int32Array> {
    return this.#codes;
  }

  /**
   * `loss` and its parts `loss.reconstruction`, `loss.<codebook>.commitment`, … (weighted: they add up),
   * `gradientNorm`, `psnr` of the batch in dB, `learningRate`, `latentNorm.<factor>`, the mean length of
   * what is quantized, and of a discriminator
   * `discriminator.loss`, `discriminator.<penalty>` and `discriminator.gradientNorm`. Where the batch is
   * cut into parts, means over them: contrastive losses and batch statistics are those of a part.
   */
  async trainStep({ images, teachers = {} }: ImageBatch): Promise<Record<string, number>> {
    const { config } = this.tokenizer;
    checkImages(images, config.image);
    const learningRate = this.#adam.learningRate();
    const inputs = { images, teachers: neededTeachers(teachers, config) };
    const reports: Record<string, number>[] = [];
    const chosen: Codes<HostTensor>[] = [];
    for (const [part, batch] of splitBatch(inputs, this.#training.accumulate ?? 1).entries()) {
      const results = await this.#generator.run(batch, part);
      const { reconstruction, codes, scalars } = sorted(results);
      chosen.push(codes);
      const judged = { images: batch.images, reconstruction: reconstruction! };
      const discriminator = (await this.#discriminator?.run(judged, part)) ?? {};
      reports.push({ ...numbers(scalars), ...numbers(discriminator, "discriminator.") });
      this.#random.advance();
    }
    this.#codes = joined(chosen);
    this.#done += 1;
    this.#adam.advance();
    this.#adversary?.optimizer.advance();
    return { ...means(reports), learningRate };
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
    this.#done = step.data[0]!;
    this.#random.step = this.#done * (this.#training.accumulate ?? 1);
    this.#adam.setUpdates(this.#done);
    this.#adversary?.optimizer.setUpdates(this.#done);
  }

  /** The averaged weights by the tokenizer's names, or its own where no average is kept. */
  async averagedWeights(): Promise<Record<string, HostTensor>> {
    const own = await readVariables(this.tokenizer.namedVariables());
    if (!this.#ema) return own;
    return { ...own, ...(await readVariables(new Map(Object.entries(this.#ema.shadow)))) };
  }

  /** Frees the optimizer's state and programs; the tokenizer stays. */
  dispose(): void {
    this.#generator.dispose();
    this.#discriminator?.dispose();
    this.#evaluate.dispose();
    this.#adam.dispose();
    this.#ema?.dispose();
    this.#adversary?.dispose();
  }

  /** Of the tokenizer on one part of a batch, with the reconstructions for the discriminator. */
  #losses(
    batch: TrainingTensors,
    perceptual: TokenizerTrainerOptions["perceptual"] = {},
  ): optim.Losses {
    const { output, losses } = tokenizerLosses(this.tokenizer, batch, {
      random: this.#random,
      perceptual,
      training: this.#training.freeze !== "encoder-and-codebooks",
    });
    const { reconstruction } = output;
    const faithful = [losses.reconstruction, losses.perceptual].filter(
      (loss) => loss !== undefined,
    );
    if (this.#adversary)
      losses.adversarial = this.#adversary.generatorLoss({
        reconstruction,
        faithful: tf.addN(faithful),
        lastKernel: this.tokenizer.decoder.lastKernel,
      });
    return {
      loss: tf.addN(Object.values(losses)),
      ...named(losses, "loss.", (loss) => loss),
      psnr: batchPsnr(batch.images, reconstruction),
      ...named(output.latents, "latentNorm.", meanLength),
      ...named(output.codes, CODES, (codes) => codes),
      ...(this.#adversary && { reconstruction }),
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
}
