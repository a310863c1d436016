import type { Codes } from "@fqgan/quantizer";
import { parseConfig, UserError } from "@fqgan/registry";
import {
  type Compiled,
  compile,
  type HostTensor,
  hostTensor,
  type Key,
  optim,
  RandomStream,
  readVariables,
  type Tensor,
  type Trainer,
  tf,
  writeVariables,
} from "@fqgan/tensor";
import * as z from "zod";
import { type CodeBatch, requireBatch } from "./codes.js";
import { GeneratorEvaluator, type ImageLosses } from "./evaluator.js";
import { codeLoss } from "./loss.js";
import type { Generator } from "./transformer.js";

/** FAR's recipe by default; learning rates other than a constant are given in code. */
export const trainingSchema = z.strictObject({
  learningRate: z.number().positive().default(1e-4),
  beta1: z.number().min(0).lt(1).default(0.9),
  beta2: z.number().min(0).lt(1).default(0.95),
  weightDecay: z.number().min(0).default(0.05).describe("decoupled, on embeddings and matrices"),
  clip: z.number().positive().default(1).describe("largest global norm of the gradients"),
  ema: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe("decay of the moving average of the weights; none by default"),
});

/** A recipe; what is left out is FAR's. */
export interface GeneratorTrainerOptions extends Partial<z.input<typeof trainingSchema>> {
  /** Seeds dropout. */
  readonly key: Key;
  /** Replaces the constant learning rate. */
  readonly schedule?: optim.Schedule;
}

type Losses = { loss: Tensor; gradientNorm: Tensor; parts: Record<string, Tensor> };
type Inputs = { codes: Codes<HostTensor>; labels: HostTensor };

/** Trains a generator by teacher forcing: the mean over codebooks of the mean cross-entropy of a token. */
export class GeneratorTrainer implements Trainer<CodeBatch> {
  readonly generator: Generator;
  readonly #adam: optim.Adam;
  readonly #ema: optim.Ema | undefined;
  readonly #random: RandomStream;
  readonly #step: Compiled<Inputs, Losses>;
  readonly #evaluator: GeneratorEvaluator;

  constructor(generator: Generator, { key, schedule, ...options }: GeneratorTrainerOptions) {
    const training = parseConfig(trainingSchema, options, "generator training");
    const { learningRate, beta1, beta2, weightDecay, clip, ema } = training;
    this.generator = generator;
    const variables = generator.namedVariables();
    this.#random = new RandomStream(key);
    this.#adam = new optim.Adam(variables, {
      learningRate: schedule ?? learningRate,
      beta1,
      beta2,
      weightDecay,
    });
    this.#ema = ema === undefined ? undefined : new optim.Ema(variables, ema);
    this.#step = compile<Inputs, Losses>(
      ({ codes, labels }) => {
        let parts: Record<string, Tensor> = {};
        const { value, grads } = tf.variableGrads(() => {
          const losses = codeLoss(generator.logits(labels, codes, this.#random), codes);
          parts = Object.fromEntries(
            Object.entries(losses.parts).map(([name, part]) => [name, tf.keep(part)]),
          );
          return losses.loss;
        }, generator.trainableVariables());
        const clipped = optim.clipByGlobalNorm(grads, clip);
        this.#adam.apply(clipped.grads);
        this.#ema?.update();
        return { loss: value, gradientNorm: clipped.norm, parts };
      },
      { name: "generator training step" },
    );
    this.#evaluator = new GeneratorEvaluator(generator);
  }

  get step(): number {
    return this.#random.step;
  }

  /** `loss`, `loss.<codebook>`, `gradientNorm`, `learningRate`. */
  async trainStep(batch: CodeBatch): Promise<Record<string, number>> {
    requireBatch(this.generator.config, batch, "generator training");
    const learningRate = this.#adam.learningRate();
    const { gradientNorm, ...losses } = await this.#step(this.#inputs(batch));
    this.#random.advance();
    this.#adam.advance();
    return { ...named(losses), gradientNorm: gradientNorm.data[0]!, learningRate };
  }

  /** Held-out negative log-likelihood in nats without dropout: `loss`, `loss.<codebook>`. */
  evaluate(batch: CodeBatch): Promise<Record<string, number>> {
    return this.#evaluator.losses(batch);
  }

  /** The same for each image of a batch. */
  imageLosses(batch: CodeBatch): Promise<ImageLosses> {
    return this.#evaluator.imageLosses(batch);
  }

  async state(): Promise<Record<string, HostTensor>> {
    const groups = await Promise.all(
      Object.entries(this.#modules()).map(async ([group, module]) =>
        Object.entries(await readVariables(module.namedVariables(group))),
      ),
    );
    return { ...Object.fromEntries(groups.flat()), step: hostTensor(Int32Array.of(this.step), []) };
  }

  restore(state: Record<string, HostTensor>, where: string): void {
    const { step, ...tensors } = state;
    if (!step)
      throw new UserError(`${where}: expected the training state of a generator, got none`);
    const variables = Object.entries(this.#modules()).flatMap(([group, module]) => [
      ...module.namedVariables(group),
    ]);
    writeVariables(new Map(variables), tensors, where);
    this.#random.step = step.data[0]!;
    this.#adam.setUpdates(step.data[0]!);
  }

  /** The averaged weights by the model's names, or the model's own when no average is kept. */
  async averagedWeights(): Promise<Record<string, HostTensor>> {
    if (!this.#ema) return readVariables(this.generator.namedVariables());
    return readVariables(new Map(Object.entries(this.#ema.shadow)));
  }

  /** Frees the optimizer's state and programs; the generator stays. */
  dispose(): void {
    this.#step.dispose();
    this.#evaluator.dispose();
    this.#adam.dispose();
    this.#ema?.dispose();
  }

  #modules() {
    const ema = this.#ema;
    return { model: this.generator, optimizer: this.#adam, ...(ema ? { ema } : {}) };
  }

  /** Codes in the generator's order, whatever order the record came in. */
  #inputs({ codes, labels }: CodeBatch): Inputs {
    const ordered = this.generator.codebooks.map((name) => [name, codes[name]!] as const);
    return { codes: Object.fromEntries(ordered), labels };
  }
}

function named(losses: { loss: HostTensor; parts: Record<string, HostTensor> }) {
  const parts = Object.entries(losses.parts).map(([name, value]) => [
    `loss.${name}`,
    value.data[0]!,
  ]);
  return { loss: losses.loss.data[0]!, ...Object.fromEntries(parts) } as Record<string, number>;
}
