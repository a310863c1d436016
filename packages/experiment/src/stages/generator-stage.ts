import {
  createGenerator,
  type Generator,
  type GeneratorInput,
  GeneratorTrainer,
  generatorContent,
  loadGenerator,
} from "@fqgan/ar-generator";
import { requireImages } from "@fqgan/data";
import { createKey, fold, permutation, randomInteger, safetensorsParts } from "@fqgan/tensor";
import type { z } from "zod";
import { schedules } from "../config/schedules.js";
import { generatorStageSchema } from "../config/stage-configs.js";
import type { Summary } from "../schema/run-format.js";
import { trainLoop } from "../train/train-loop.js";
import { inOrder } from "./code-order.js";
import { type CodesFile, codesBatch, readCodes } from "./codes-file.js";
import { modelFile } from "./codes-stage.js";
import { generatorFlops } from "./flops.js";
import { heldOutLoss } from "./held-out-loss.js";
import { recordInformation } from "./information.js";
import { judgeSamples } from "./judge-samples.js";
import { recordLikelihood } from "./likelihood.js";
import { readTaught, warnOfTeachers } from "./networks-that-taught.js";
import { Samples } from "./samples.js";
import { defineStage, type StageContext } from "./stage.js";

type Context = StageContext<z.output<typeof generatorStageSchema>>;

/** Trains a generator on codes, then samples and evaluates the finished model. */
export const generatorStage = defineStage({
  kind: "generator",
  revision: 2,
  schema: generatorStageSchema,
  describe: ({ model }) => model.head.name,
  async run(context) {
    const { config, run, seed, input } = context;
    const codes = readCodes(input("codes").folder);
    const count = (split: string) => codes.splits[split]?.labels.shape[0] ?? 0;
    requireImages(input("codes").config.label, {
      train: count("train"),
      validation: count("validation"),
      test: count("test"),
    });
    const generator = createGenerator(
      {
        ...(config.model as Partial<GeneratorInput>),
        vocabularies: inOrder(codes.vocabularies, config.order),
        grid: [...codes.grid],
        classes: codes.classes.length,
      } as GeneratorInput,
      fold(createKey(seed), "generator"),
    );
    if ((await train(context, generator, codes)) === "stopped") return "stopped";
    const { generator: finished } = await loadGenerator(modelFile(run.path));
    return evaluate(context, finished, codes);
  },
});

async function train(context: Context, generator: Generator, codes: CodesFile) {
  const { config, run, seed } = context;
  const { steps, batchSize, schedule, logEverySteps, validateEverySteps, ...recipe } = config.train;
  const key = fold(createKey(seed), "training");
  const trainer = new GeneratorTrainer(generator, {
    ...recipe,
    schedule: schedules
      .get(schedule.name)
      .create({ config: schedule, peak: recipe.learningRate, steps }),
    key: fold(key, "trainer"),
  });
  const { train: trainCodes, validation } = codes.splits as Record<
    string,
    CodesFile["splits"][string]
  >;
  const count = trainCodes!.labels.shape[0]!;
  const { crops } = trainCodes!;
  const orderOf = (epoch: number) => permutation(fold(key, "epoch", epoch), count);
  let order = { epoch: -1, rows: new Uint32Array() };
  const rowOf = (visit: number) => {
    const epoch = Math.floor(visit / count);
    if (order.epoch !== epoch) order = { epoch, rows: orderOf(epoch) as Uint32Array<ArrayBuffer> };
    return order.rows[visit % count]!;
  };
  /** Which crop of its image a visit shows, the same for all codebooks. */
  const cropOf = (visit: number) => randomInteger(fold(key, "crop", visit), crops);
  const samples = await Samples.open(context, {
    generator,
    tokenizer: modelFile(context.input("tokenizer").folder),
    codes,
    decoding: { weights: "live" },
  });
  try {
    const outcome = await trainLoop({
      context,
      trainer,
      train: { steps, batchSize, logEverySteps, validateEverySteps },
      batch: async (step) => {
        const visits = Array.from({ length: batchSize }, (_, i) => step * batchSize + i);
        return codesBatch(trainCodes!, visits.map(rowOf), (i) => cropOf(visits[i]!));
      },
      validate: async (step) => {
        run.logMedia(await samples.grid(step));
        return (await heldOutLoss(trainer, validation!, { batchSize })).means;
      },
    });
    if (outcome === "finished") {
      const weights = await trainer.averagedWeights();
      run.writeCheckpoint(
        "model",
        safetensorsParts(
          await generatorContent({ generator, tokenizerHash: codes.tokenizerHash }, weights),
        ),
      );
    }
    return outcome;
  } finally {
    samples.dispose();
    trainer.dispose();
  }
}

async function evaluate(
  context: Context,
  generator: Generator,
  codes: CodesFile,
): Promise<Summary> {
  const { config, run } = context;
  const { steps } = config.train;
  const trainMs = run.elapsedMs;
  const split = config.evaluate.split ?? "test";
  const known = await recordLikelihood(context, { generator, codes, split });
  const information = await recordInformation(context, { generator, codes });
  const samples = await Samples.open(context, {
    generator,
    tokenizer: modelFile(context.input("tokenizer").folder),
    codes,
    decoding: { weights: "frozen", precision: config.sample.precision },
    run: run.path,
  });
  try {
    run.logMedia(await samples.grid(steps));
    const judged = await judgeSamples(context, samples);
    samples.forget();
    known.forget();
    const variables = [...generator.namedVariables().values()];
    run.logEvent({ type: "evaluation", step: steps, message: "sampled and evaluated" });
    return {
      metrics: {
        ...judged.metrics,
        ...known.metrics,
        ...information.metrics,
        parameters: variables.reduce((sum, { size }) => sum + size, 0),
        flops: generatorFlops(generator),
        trainMs,
      },
      protocols: {
        ...warnOfTeachers(judged.protocols, readTaught(context.input("tokenizer").folder)),
        ...information.protocols,
        ...known.protocols,
      },
    };
  } finally {
    samples.dispose();
  }
}
