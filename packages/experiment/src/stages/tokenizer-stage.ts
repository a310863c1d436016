import { existsSync } from "node:fs";
import { join } from "node:path";
import { createLoader, type Dataset, type Loader, requireImages, splitCounts } from "@fqgan/data";
import { createKey, fold, type HostTensor, safetensorsParts } from "@fqgan/tensor";
import {
  createTokenizer,
  seedCodebooks,
  type Tokenizer,
  TokenizerTrainer,
  tokenizerContent,
} from "@fqgan/tokenizer";
import type { z } from "zod";
import { schedules } from "../config/schedules.js";
import { tokenizerStageSchema } from "../config/stage-configs.js";
import { factorSummary } from "../factors/factor-summary.js";
import type { Summary } from "../schema/run-format.js";
import { readMedia } from "../store/read-run.js";
import { trainLoop } from "../train/train-loop.js";
import { ClassBalanced } from "./class-balanced.js";
import { watchCodebooks } from "./codebook-watch.js";
import { loadRunTokenizer } from "./codes-stage.js";
import { describeCodebooks } from "./describe.js";
import { evaluateTokenizer } from "./evaluate-tokenizer.js";
import { tokenizerFlops } from "./flops.js";
import { startFromFile } from "./initial-weights.js";
import { loadJudge, requireMeasurable } from "./judge.js";
import { loadOpinions } from "./judges.js";
import { readTaught, recordTaught, warnOfTeachers } from "./networks-that-taught.js";
import { openDataset, warnOfUnreadable } from "./open-dataset.js";
import { passOver } from "./pass.js";
import { loadPerceptual } from "./perceptual-network.js";
import { scoresOf } from "./scores.js";
import { defineStage, type StageContext } from "./stage.js";
import { teacherFeatures } from "./teacher-features.js";
import { writeTokenRecord } from "./token-record.js";
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
    requireMeasurable(config.evaluate);
    const dataset = await openDataset(config.data, context);
    try {
      requireImages(dataset.name, splitCounts(dataset));
      requireMeasurable(config.evaluate, { hasMasks: dataset.splits.test.masks !== undefined });
      const tokenizer = createTokenizer(config.model, seed);
      const outcome = await train(context, dataset.splits, tokenizer);
      if (outcome === "stopped") return "stopped";
      return await evaluate(context, dataset, await loadRunTokenizer(run.path));
    } finally {
      await dataset.close();
    }
  },
});

type Splits = Dataset["splits"];

async function train(context: Context, splits: Splits, tokenizer: Tokenizer) {
  const { config, run, seed } = context;
  const { steps, batchSize, schedule, logEverySteps, validateEverySteps, ...rest } = config.train;
  const { augmentation, seedCodebooks: seeding, init, perceptual, teachers, ...recipe } = rest;
  const key = fold(createKey(seed), "training");
  const loader = createLoader(splits.train, { batchSize, key: fold(key, "data"), augmentation });
  const isNew = !existsSync(join(run.path, "checkpoints", "last.safetensors"));
  if (init && isNew)
    run.logEvent({ type: "started", message: await startFromFile(tokenizer, init) });
  if (seeding && isNew)
    await seedCodebooks(tokenizer, firstImages(loader, Math.ceil(seeding.images / batchSize)), {
      iterations: seeding.iterations,
      key: fold(key, "seeding"),
    });
  const compared = await loadPerceptual(config.model.losses, perceptual);
  const trainer = new TokenizerTrainer(tokenizer, {
    ...recipe,
    perceptual: compared.networks,
    schedule: schedules
      .get(schedule.name)
      .create({ config: schedule, peak: recipe.learningRate, steps }),
    key: fold(key, "trainer"),
  });
  const taught = await teacherFeatures({
    codebooks: config.model.codebooks,
    grid: tokenizer.grid,
    networks: teachers,
    split: splits.train,
    augmentation,
    context,
  });
  const { extractor, judges = {} } = config.evaluate;
  if (isNew)
    await recordTaught(context, {
      networks: [...taught.identities, ...compared.identities],
      judges: [extractor, ...Object.values(judges).map((judge) => judge.extractor)],
    });
  const watch = watchCodebooks(context, {
    codebooks: tokenizer.codebooks,
    steps,
    directional: tokenizer.quantization.directional,
  });
  const pictures = choosePictures(splits.validation, config.evaluate.pictures);

  let told = 0;
  const tellOfUnreadable = () => {
    const found = loader.rejected.slice(told);
    told += found.length;
    const what = "can't be read, and the images after them are seen instead";
    warnOfUnreadable(found, { what, warn: context.warn });
  };

  const validate = async (step: number) => {
    tellOfUnreadable();
    const { results, counts } = await evaluateTokenizer({
      tokenizer,
      split: splits.validation,
      batchSize: config.evaluate.batchSize,
      limit: config.evaluate.validationImages,
      metrics: [{ name: "psnr" }, { name: "codebook-usage" }],
    });
    logUsage(context, { step, split: "validation", counts });
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
        return { images: batch.images, teachers: await taught.of(batch) };
      },
      observe: (step, scalars) => watch({ step, scalars, codes: trainer.codes }),
      validate,
    });
    if (outcome === "finished")
      run.writeCheckpoint(
        "model",
        safetensorsParts(await tokenizerContent(tokenizer, await trainer.averagedWeights())),
      );
    return outcome;
  } finally {
    trainer.dispose();
    taught.dispose();
    compared.dispose();
  }
}

/** The images of the first batches that training will see. */
async function* firstImages(loader: Loader, batches: number): AsyncGenerator<HostTensor> {
  for (let step = 0; step < batches; step++) yield (await loader.batch(step)).images;
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
  dataset: Dataset,
  tokenizer: Tokenizer,
): Promise<Summary> {
  const { config, run } = context;
  const { splits, classes } = dataset;
  const { steps } = config.train;
  const trainMs = run.elapsedMs;
  const split = splits[config.evaluate.split ?? "test"];
  const judge = await loadJudge(config.evaluate);
  const opinions = await loadOpinions(config.evaluate);
  const balanced = new ClassBalanced(classes.length, split.name);
  const found = await evaluateTokenizer({
    tokenizer,
    split,
    batchSize: config.evaluate.batchSize,
    metrics: config.evaluate.metrics,
    judge,
    opinions,
    observer: balanced,
    onImages: passOver("evaluate", context),
    keep: { data: config.data, folder: join(run.path, "evaluation") },
  });
  const { results, counts, images } = found;
  opinions.dispose();
  logUsage(context, { step: steps, split: split.name, counts });
  const { metrics, protocols } = scoresOf(results, {
    of: split.name,
    split: split.name,
    images,
    set: `${split.name} ${images}`,
    fid: "rFID",
  });
  const { batchSize } = config.evaluate;
  await writeTokenRecord({ run, tokenizer, dataset, batchSize, step: steps });
  const alike = await balanced.summary(judge);
  const { factors } = config.evaluate;
  const held = factors
    ? await factorSummary({ tokenizer, dataset, batchSize, judge, config: factors })
    : { metrics: {}, protocols: {} };
  judge?.dispose();
  const variables = [...tokenizer.namedVariables()];
  const parameters = variables.reduce((sum, [, { size }]) => sum + size, 0);
  // Heads that predict a teacher's features are needed in training only.
  const teaching = variables.filter(([name]) => name.includes(".featureHead."));
  const kept = parameters - teaching.reduce((sum, [, { size }]) => sum + size, 0);
  run.logEvent({
    type: "evaluation",
    step: steps,
    message: `evaluated on ${images} images of the ${split.name} split`,
  });
  found.forget();
  return {
    metrics: {
      ...metrics,
      ...alike.metrics,
      ...held.metrics,
      bitsPerImage: tokenizer.bitsPerImage,
      parameters,
      parametersInUse: kept,
      flops: tokenizerFlops(tokenizer),
      trainMs,
    },
    protocols: warnOfTeachers(
      { ...protocols, ...alike.protocols, ...held.protocols },
      readTaught(run.path),
    ),
  };
}
