import { estimators } from "@fqgan/quantizer";
import { parseConfig, UserError } from "@fqgan/registry";
import * as z from "zod";
import { adapters } from "./adapters/index.js";
import { decoders } from "./decoders/index.js";
import { encoders } from "./encoders/index.js";
import { lossesSchema } from "./losses/config.js";
import { representationLosses } from "./losses/representation.js";
import { isComposed, quantizerConfig } from "./quantizer-config.js";

const weight = () => z.number().nonnegative();

/** A teacher whose features one codebook learns to predict. */
const representationConfig = z.strictObject({
  teacher: z.string().min(1).describe("name of the teacher, as batches name its features"),
  features: z.int().positive().describe("length of the teacher's feature vectors"),
  of: z
    .enum(["image", "positions"])
    .optional()
    .describe(
      "image, if left out: the teacher's features of the whole image; positions: those of each position, " +
        "for teachers whose grid is the tokenizer's",
    ),
  objective: z
    .enum(Object.keys(representationLosses) as [keyof typeof representationLosses])
    .optional()
    .describe("contrastive, if left out: to tell images apart; cosine: to give the features back"),
  weight: weight().default(0.5).describe("weight of that loss"),
  layers: z.int().nonnegative().default(3).describe("transformer blocks of the predicting head"),
  heads: z.int().positive().default(8).describe("attention heads of the predicting head"),
});

const codebookConfig = z.strictObject({
  quantizer: quantizerConfig.describe("a quantizer, or several composed"),
  adapter: adapters.schema.prefault({ name: "transformer" }),
  representation: representationConfig.nullable().default(null),
});

/** Everything that makes a tokenizer what it is: its networks and what they are trained for. */
export const tokenizerConfigSchema = z.strictObject({
  image: z
    .strictObject({
      size: z.int().positive().default(256).describe("side of the square images, in pixels"),
      channels: z.int().positive().default(3),
    })
    .prefault({}),
  encoder: encoders.schema.prefault({ name: "convolutional" }),
  latentChannels: z
    .int()
    .positive()
    .default(256)
    .describe("width between encoder or decoder and the projections to and from codes"),
  codebooks: z
    .record(
      z
        .string()
        .regex(
          /^[a-z][A-Za-z0-9]*$/,
          "expected a camelCase name of letters and digits for a codebook",
        ),
      codebookConfig,
    )
    .refine((codebooks) => Object.keys(codebooks).length > 0, "expected at least one codebook")
    .describe("named sub-codebooks, in the order of the decoder's input channels"),
  estimator: z
    .enum(Object.keys(estimators) as [keyof typeof estimators])
    .default("straight-through")
    .describe("how the decoder's gradient passes the quantizers; composed ones have their own"),
  decoding: z
    .enum(["joint", "apart"])
    .optional()
    .describe(
      "joint, if left out: losses on the image move encoder and codes too; apart: the decoder alone, " +
        "while codes learn from teachers (VQ-KD)",
    ),
  decoder: decoders.schema.prefault({ name: "convolutional" }),
  losses: lossesSchema.prefault({}),
});

/** As written in a file: everything but the codebooks has a default. */
export type TokenizerConfigInput = z.input<typeof tokenizerConfigSchema>;
/** With every default filled in. */
export type TokenizerConfig = z.output<typeof tokenizerConfigSchema>;
export type CodebookConfig = TokenizerConfig["codebooks"][string];
export type RepresentationConfig = z.output<typeof representationConfig>;

/** Checks a config and fills in its defaults. @param where names its source in errors */
export function parseTokenizerConfig(config: unknown, where = "tokenizer config"): TokenizerConfig {
  const parsed = parseConfig(tokenizerConfigSchema, config, where);
  if (parsed.losses.disentanglement > 0 && Object.keys(parsed.codebooks).length < 2)
    throw new UserError(
      `${where}: losses.disentanglement: expected 0 with one codebook, got ` +
        `${parsed.losses.disentanglement}; set it to 0 or add a second codebook`,
    );
  const composed = Object.keys(parsed.codebooks).find((name) =>
    isComposed(parsed.codebooks[name]!.quantizer),
  );
  if (parsed.estimator !== "straight-through" && composed !== undefined)
    throw new UserError(
      `${where}: estimator: expected straight-through with a composed quantizer, got ` +
        `${parsed.estimator}; set codebooks.${composed}.quantizer.estimator instead`,
    );
  return parsed;
}
