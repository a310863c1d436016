import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createLoader, type Dataset } from "@fqgan/data";
import { createKey, fold } from "@fqgan/tensor";
import {
  createTokenizer,
  decodeTokenizer,
  encodeTokenizer,
  type Tokenizer,
  TokenizerTrainer,
} from "@fqgan/tokenizer";
import type { z } from "zod";
import { schedules } from "../config/schedules.js";
import { tokenizerStageSchema } from "../config/stage-configs.js";
import type { Summary } from "../schema/run-format.js";
import { readMedia } from "../store/read-run.js";
import { trainLoop } from "../train/train-loop.js";
import { ClassBalanced } from "./class-balanced.js";
import { warnOfCollapse } from "./collapse.js";
import { describeCodebooks } from "./describe.js";
import { evaluateTokenizer } from "./evaluate-tokenizer.js";
import { loadJudge } from "./judge.js";
import { openDataset } from "./open-dataset.js";
import { scoresOf } from "./scores.js";
import { defineStage, type StageContext } from "./stage.js";
import { teacherFeatures } from "./teacher-features.js";
import { choosePictures, tokenizerPictures } from "./tokenizer-pictures.js";

type Context = StageContext<z.output<typeof tokenizerStageSchema>>;

/** Trains a tokenizer and evaluates the finished model on the test split. */
export const tokenizerStage = defineStage({
  kind: "tokenizer",
  revision: 2,
  schema: tokenizerStageSchema,
  describe: ({ model }) => describeCodebooks(model.codebooks),
  order: ({ model }) => Object.keys(model.codebooks),
  async run(context) {
    const { config, run, seed } = context;
    const dataset = await openDataset(config.data, context);
    try {
      const tokenizer = createTokenizer(config.model, seed);
      const outcome = await train(context, dataset.splits, tokenizer);
      if (outcome === "stopped") return "stopped";
      const path = join(run.path, "checkpoints", "model.safetensors");
      const model = await decodeTokenizer(readFileSync(path), path);
      return await evaluate(context, dataset, model);
    } finally {
      await dataset.close();
    }
  },
});

type Splits = Dataset["splits"];

async function train(context: Context, splits: Splits, tokenizer: Tokenizer) {
  const { config, run, seed } = context;
  const { steps, batchSize, schedule, logEverySteps, validateEverySteps, augmentation, ...recipe } =
    config.train;
  const key = fold(createKey(seed), "training");
  const trainer = new TokenizerTrainer(tokenizer, {
    ...recipe,
    schedule: schedules
      .get(schedule.name)
      .create({ config: schedule, peak: recipe.learningRate, steps }),
    key: fold(key, "trainer"),
  });
  const loader = createLoader(splits.train, { batchSize, key: fold(key, "data"), augmentation });
  const teachers = await teacherFeatures({
    codebooks: config.model.codebooks,
    split: splits.train,
    augmentation,
    progress: context.progress,
  });
  const pictures = choosePictures(splits.validation, config.evaluate.pictures);

  const validate = async (step: number) => {
    const { results, counts } = await evaluateTokenizer({
      tokenizer,
      split: splits.validation,
      batchSize: config.evaluate.batchSize,
      limit: config.evaluate.validationImages,
      metrics: [{ name: "psnr" }, { name: "codebook-usage" }],
    });
    logUsage(context, { step, split: "validation", counts });
    warnOfCollapse(context, { step, counts });
    const grids = await tokenizerPictures({
      tokenizer,
      split: splits.validation,
      indices: pictures,
      batchSize: config.evaluate.batchSize,
      step,
      withInputs: !readMedia(run.path).some(({ kind }) => kind === "inputs"),
    });
    for (const grid of grids) run.logMedia(grid);
    return Object.assign({}, ...results.map(({ values }) => values)) as Record<string, number>;
  };

  try {
    const outcome = await trainLoop({
      context,
      trainer,
      train: { steps, batchSize, logEverySteps, validateEverySteps },
      batch: async (step) => {
        const batch = await loader.batch(step);
        return { images: batch.images, teachers: await teachers(batch) };
      },
      validate,
    });
    if (outcome === "finished")
      run.writeCheckpoint(
        "model",
        await encodeTokenizer(tokenizer, await trainer.averagedWeights()),
      );
    return outcome;
  } finally {
    trainer.dispose();
  }
}

function logUsage(
  { run }: Context,
  usage: { step: number; split: string; counts: Readonly<Record<string, readonly number[]>> },
): void {
  const { step, split, counts } = usage;
  for (const [codebook, chosen] of Object.entries(counts))
    run.logUsage({ step, split, codebook, counts: [...chosen] });
}

async function evaluate(
  context: Context,
  { splits, classes }: Dataset,
  tokenizer: Tokenizer,
): Promise<Summary> {
  const { config, run, progress } = context;
  const { steps } = config.train;
  const trainMs = run.elapsedMs;
  const judge = await loadJudge(config.evaluate);
  const balanced = new ClassBalanced(classes.length);
  const { results, counts, images } = await evaluateTokenizer({
    tokenizer,
    split: splits.test,
    batchSize: config.evaluate.batchSize,
    metrics: config.evaluate.metrics,
    judge,
    observe: (batch, labels) => balanced.add(batch, labels),
    onImages: (step, total) =>
      progress({ phase: "evaluate", step, total, ratePerSecond: null, secondsLeft: null }),
  });
  judge?.dispose();
  logUsage(context, { step: steps, split: "test", counts });
  const { metrics, protocols } = scoresOf(results, {
    of: "test",
    split: "test",
    images,
    set: `test ${images}`,
    fid: "rFID",
  });
  const alike = balanced.summary(judge);
  const variables = [...tokenizer.namedVariables().values()];
  const parameters = variables.reduce((sum, { size }) => sum + size, 0);
  run.logEvent({
    type: "evaluation",
    step: steps,
    message: `evaluated on ${images} images of the test split`,
  });
  return {
    metrics: {
      ...metrics,
      ...alike.metrics,
      bitsPerImage: tokenizer.bitsPerImage,
      parameters,
      trainMs,
    },
    protocols: { ...protocols, ...alike.protocols },
  };
}
