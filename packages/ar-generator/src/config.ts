import * as z from "zod";
import { aggregations } from "./aggregation.js";
import { heads } from "./heads/index.js";

const rate = z.number().min(0).lt(1);

/** How often each kind of value is dropped while training; all are off when sampling. */
export const dropoutSchema = z.strictObject({
  /** A label becomes the null class, which teaches the unconditional model that guidance needs. */
  class: rate.default(0.1),
  /** The inputs of the trunk. */
  token: rate.default(0.1),
  /** What attention adds to the residual stream. */
  residual: rate.default(0.1),
  /** What the feed-forward layer adds to the residual stream. */
  feedForward: rate.default(0.1),
  /** Stochastic depth: the whole branch of an image; grows linearly from 0 to this at the last layer. */
  path: rate.default(0),
});

export type Dropout = z.output<typeof dropoutSchema>;

/** Every choice that makes a generator; a preset states only differences from these defaults. */
export const generatorSchema = z
  .strictObject({
    /** Size of each codebook by name, in decoder channel order: `{ visual: 16384, semantic: 16384 }`. */
    vocabularies: z
      .record(z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/), z.int().min(1))
      .refine((sizes) => Object.keys(sizes).length > 0, "expected at least one codebook"),
    grid: z.tuple([z.int().min(1), z.int().min(1)]).describe("[rows, columns] of an image's codes"),
    classes: z
      .int()
      .min(1)
      .describe("number of classes; the null class of guidance is one more row of the table"),
    width: z.int().min(4).describe("length of a token vector"),
    layers: z.int().min(1).describe("blocks of the trunk"),
    heads: z.int().min(1).describe("attention heads"),
    keyValueHeads: z
      .int()
      .min(1)
      .optional()
      .describe(
        "heads of keys and values, a divisor of `heads` (arXiv 2305.13245); by default the same number",
      ),
    feedForwardMultiple: z
      .int()
      .min(1)
      .default(256)
      .describe("the feed-forward width is 8/3 of `width`, rounded up to a multiple of this"),
    rotaryBase: z.number().positive().default(10_000),
    /**
     * The rotation of the class token, which has no place in the grid. `zeroed`, the default, is what
     * LlamaGen and FAR do and their checkpoints need: its query and key become zero vectors, so every
     * later token gives it the logit 0. `unrotated` leaves them as they are.
     */
    classRotation: z.enum(["zeroed", "unrotated"]).default("zeroed"),
    /** How the embeddings of a position's sub-codes become one vector. */
    aggregation: aggregations.schema.prefault({ name: "concat" }),
    /** How the context becomes the distribution of the sub-codes. */
    head: heads.schema.prefault({ name: "factorized" }),
    dropout: dropoutSchema.prefault({}),
  })
  .superRefine((config, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: "custom", path: [path], message });
    const { width, heads: count, keyValueHeads = count } = config;
    if (width % count !== 0 || (width / count) % 4 !== 0)
      refuse(
        "heads",
        `expected width / heads to be a multiple of 4 (two halves of rotated pairs), got ${width} / ${count}`,
      );
    if (count % keyValueHeads !== 0)
      refuse("keyValueHeads", `expected a divisor of heads = ${count}, got ${keyValueHeads}`);
  });

/** As written: defaults may be left out. */
export type GeneratorInput = z.input<typeof generatorSchema>;
/** Resolved. */
export type GeneratorConfig = z.output<typeof generatorSchema>;
