import { generatorPresets, presetConfig } from "@fqgan/ar-generator";
import { datasets } from "@fqgan/data";
import { parseConfig, UserError } from "@fqgan/registry";
import { parseTokenizerConfig, tokenizerPresetConfig } from "@fqgan/tokenizer";
import * as z from "zod";
import {
  composePatches,
  type Data,
  type DataRecord,
  isRecord,
  mergePatch,
} from "../schema/merge.js";
import { checkPerceptual } from "../stages/perceptual-network.js";
import { checkTeachers } from "../stages/teacher-features.js";
import {
  type CodesStageConfig,
  codesStageSchema,
  type GeneratorStageConfig,
  generatorStageSchema,
  type TokenizerStageConfig,
  tokenizerStageSchema,
} from "./stage-configs.js";

const differences = z.record(z.string(), z.unknown()).default({});

/** A model as a preset and what to change of it. */
const model = {
  preset: z.string().optional().describe("where the model's config starts from"),
  model: differences.describe("differences from the preset, or the whole config"),
};

/** One experiment as a person writes it: data → tokenizer → codes → generator, each with its evaluation. */
export const experimentSchema = z.strictObject({
  data: datasets.schema,
  tokenizer: tokenizerStageSchema.omit({ data: true }).extend(model),
  codes: codesStageSchema.omit({ data: true }).prefault({}),
  tokenizerSeed: z
    .int()
    .min(0)
    .optional()
    .describe(
      "the tokenizer's seed, where it is not to change with the others': one tokenizer, many generators",
    ),
  until: z
    .enum(["tokenizer", "generator"])
    .default("generator")
    .describe("the last stage to run: a point that compares tokenizers alone needs no generator"),
  generator: generatorStageSchema.extend(model).optional(),
});

/** The same with presets laid out and every default filled in. */
export interface Experiment {
  readonly tokenizer: TokenizerStageConfig;
  readonly codes: CodesStageConfig;
  readonly generator: GeneratorStageConfig | undefined;
  readonly tokenizerSeed: number | undefined;
}

/** Applies removals (null) everywhere but in the models, which are laid over their presets first. */
function outsideModels(config: unknown): Data {
  if (!isRecord(config)) return config as Data;
  const models = ["tokenizer", "generator"].flatMap((stage) => {
    const part = config[stage];
    return isRecord(part) && part.model !== undefined ? [[stage, part.model] as const] : [];
  });
  return models.reduce<Data>(
    (applied, [stage, model]) => composePatches(applied, { [stage]: { model } }),
    mergePatch({}, config),
  );
}

/** Codebooks' sizes, grid and classes follow from the codes that a generator is trained on. */
const FROM_CODES = ["vocabularies", "grid", "classes"];

/**
 * Lays out presets and fills in defaults; what does not fit together is a UserError.
 * @param where names the source in errors
 */
export function resolveExperiment(config: unknown, where: string): Experiment {
  const { data, tokenizer, codes, until, generator, tokenizerSeed } = parseConfig(
    experimentSchema,
    outsideModels(config),
    where,
  );
  const size = data.size;
  const base: Data = tokenizer.preset
    ? (tokenizerPresetConfig(tokenizer.preset) as unknown as DataRecord)
    : {};
  const sized = typeof size === "number" ? mergePatch(base, { image: { size } }) : base;
  const { preset: _, ...tokenizerStage } = tokenizer;
  const tokenizerModel = parseTokenizerConfig(
    mergePatch(sized, tokenizer.model as DataRecord),
    `${where}: tokenizer.model`,
  );
  if (typeof size === "number" && tokenizerModel.image.size !== size)
    throw new UserError(
      `${where}: tokenizer.model.image.size: expected the data's ${size}, got ` +
        `${tokenizerModel.image.size}; change one of them`,
    );
  const resolved = parseConfig(
    tokenizerStageSchema,
    { ...tokenizerStage, data, model: tokenizerModel },
    where,
  );
  // Here, where a mistake costs nothing, rather than when the data is loaded.
  checkPerceptual(resolved.model.losses, resolved.train.perceptual);
  checkTeachers(resolved.model.codebooks, resolved.train.teachers);
  return {
    tokenizer: resolved,
    codes: { ...codes, data },
    tokenizerSeed,
    generator: generator && until === "generator" ? resolveGenerator(generator, where) : undefined,
  };
}

function resolveGenerator(
  { preset, ...stage }: NonNullable<z.output<typeof experimentSchema>["generator"]>,
  where: string,
): GeneratorStageConfig {
  if (preset !== undefined) generatorPresets.get(preset);
  const base = preset === undefined ? {} : (presetConfig(preset) as unknown as DataRecord);
  const own = Object.entries(base).filter(([name]) => !FROM_CODES.includes(name));
  const merged = mergePatch(Object.fromEntries(own), stage.model as DataRecord);
  const given = isRecord(merged) ? FROM_CODES.find((name) => name in merged) : undefined;
  if (given)
    throw new UserError(
      `${where}: generator.model.${given}: follows from the tokenizer's codes; leave it out`,
    );
  return parseConfig(generatorStageSchema, { ...stage, model: merged }, `${where}: generator`);
}
