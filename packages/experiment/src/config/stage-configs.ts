import { generatorSchema, samplingSchema, trainingSchema } from "@fqgan/ar-generator";
import { augmentationSchema, cropPlans, datasets } from "@fqgan/data";
import { extractors } from "@fqgan/features";
import { metrics } from "@fqgan/metrics";
import { tokenizerConfigSchema, tokenizerTrainingSchema } from "@fqgan/tokenizer";
import * as z from "zod";
import { factorsSchema } from "../factors/factor-summary.js";
import { initialWeightsSchema } from "../stages/initial-weights.js";
import { opinionsSchema } from "../stages/judges.js";
import { perceptualSchema } from "../stages/perceptual-network.js";
import { teachersSchema } from "../stages/teacher-features.js";
import { schedules } from "./schedules.js";

const count = (fallback: number) => z.int().positive().default(fallback);

/** What the training loop needs to know about any model. */
const loop = {
  steps: z.int().positive().describe("optimizer steps"),
  batchSize: z.int().positive().describe("images a step"),
  schedule: schedules.schema.prefault({ name: "constant" }),
  logEverySteps: count(10).describe("steps between rows of metrics.jsonl"),
  validateEverySteps: count(500).describe("steps between validations; one more at the end"),
};

const metricList = (names: readonly string[]) =>
  z.array(metrics.schema).prefault(names.map((name) => ({ name })));

/** Which network judges and on how many images. */
const judging = {
  batchSize: count(32).describe("images at once; does not change the numbers"),
  extractor: extractors.schema
    .prefault({ name: "builtin" })
    .describe("network whose features and classes the metrics that need some compare"),
  ...opinionsSchema,
};

/** Where codebooks start. */
const seedCodebooks = z
  .strictObject({
    images: count(1024).describe("training images whose latents k-means sees"),
    iterations: count(10).describe("rounds of Lloyd's algorithm"),
  })
  .optional()
  .describe("start codebooks at the data by k-means; left out, they start at random");

/** Train a tokenizer on a data set, then evaluate it on the test split. */
export const tokenizerStageSchema = z.strictObject({
  data: datasets.schema,
  model: tokenizerConfigSchema,
  train: tokenizerTrainingSchema.extend({
    ...loop,
    augmentation: augmentationSchema.prefault({}),
    seedCodebooks,
    init: initialWeightsSchema.optional().describe("fine-tune: weights to start from"),
    teachers: teachersSchema
      .optional()
      .describe("networks that teachers' names stand for, where it is not one of that name"),
    perceptual: perceptualSchema
      .optional()
      .describe("the network of losses.perceptual with its files"),
  }),
  evaluate: z
    .strictObject({
      ...judging,
      metrics: metricList(["psnr", "ssim", "fid", "inception-score", "codebook-usage"]),
      validationImages: count(256).describe("of the validation split, while training"),
      pictures: count(8).describe("images shown as reconstructions"),
      split: z
        .literal("validation")
        .optional()
        .describe("measure the finished model there instead of on test: for choosing settings"),
      factors: factorsSchema
        .optional()
        .describe("find out what each factor holds and is needed for, on test images"),
    })
    .refine(({ split, factors }) => split === undefined || factors === undefined, {
      path: ["factors"],
      message:
        "expected none where evaluate.split is validation, since factors are measured on test images",
    })
    .prefault({}),
});
export type TokenizerStageConfig = z.output<typeof tokenizerStageSchema>;

/** Write the codes of a data set with a trained tokenizer. */
export const codesStageSchema = z.strictObject({
  data: datasets.schema,
  batchSize: count(32),
  crops: cropPlans.schema
    .prefault({ name: "centre" })
    .describe("squares of each training image that become codes"),
  shardImages: count(4096).describe("images a file; a stopped extraction goes on with the next"),
});
export type CodesStageConfig = z.output<typeof codesStageSchema>;

const { temperature, topK, topP, guidance } = samplingSchema.shape;
/** Differences from how a run samples: what is left out stays what it is, without defaults of its own. */
const samplingChanges = z.strictObject({
  temperature: temperature.unwrap().optional(),
  topK: topK.unwrap().optional(),
  topP: topP.unwrap().optional(),
  guidance: guidance.unwrap().optional(),
});

/** Train a generator on codes, sample from it, evaluate the samples. */
export const generatorStageSchema = z.strictObject({
  /** Vocabularies, grid and classes come from the codes. */
  model: z
    .strictObject(generatorSchema.shape)
    .omit({ vocabularies: true, grid: true, classes: true }),
  order: z
    .array(z.string())
    .optional()
    .describe("of a position's sub-codes, by codebook; left out, the tokenizer's"),
  train: trainingSchema.extend(loop),
  sample: samplingSchema
    .extend({
      images: count(512).describe("how many are drawn for the metrics, classes as in the data"),
      perClass: count(8).describe("how many of each class are shown"),
      batchSize: count(32),
      precision: z
        .enum(["float32", "int8", "int4"])
        .default("float32")
        .describe("of the weights of the finished model when it is sampled"),
      variants: z
        .record(
          z.string().regex(/^[a-z][A-Za-z0-9]*$/, "expected a camelCase name for a way to sample"),
          samplingChanges,
        )
        .optional()
        .describe("further ways to sample the same model: `samples.<name>/fid`"),
    })
    .prefault({}),
  evaluate: z
    .strictObject({
      ...judging,
      informationImages: z
        .int()
        .min(0)
        .default(64)
        .describe("of the test split, for the map of what sub-codes tell about one another"),
      metrics: metricList(["fid", "inception-score", "precision-recall"]),
      split: z
        .literal("validation")
        .optional()
        .describe("held-out codes to measure on instead of test's: for choosing settings"),
      reference: z.enum(["train", "validation", "test"]).default("train"),
      nearest: z
        .literal("train")
        .optional()
        .describe("how near samples are to training images, beside how near test images are"),
    })
    .prefault({}),
});

/** A generator stage's config with every default filled in. */
export type GeneratorStageConfig = z.output<typeof generatorStageSchema>;
