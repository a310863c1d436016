import { join } from "node:path";
import {
  composePatches,
  type DataRecord,
  experimentPresets,
  findRun,
  type PlannedStage,
  parseOverrides,
  planExperiment,
  planGenerator,
  readSummary,
  resolveExperiment,
} from "@fqgan/experiment";
import { EXIT } from "../exit-codes.js";
import { dataConfig } from "../input/data-config.js";
import { createStyle } from "../output/style.js";
import { summaryLines } from "../output/summary.js";
import type { Globals } from "../program.js";
import { type RunningOptions, runWithProgress } from "./run-stages.js";
import { type RecipeFlags, recipePatch, startingPoint } from "./tokenizer-recipe.js";

interface TrainOptions extends RunningOptions {
  readonly set?: readonly string[];
  readonly steps?: number;
  readonly batch?: number;
  readonly seed: number;
}

const trainPatch = ({ steps, batch }: TrainOptions): DataRecord => ({
  ...(steps !== undefined && { steps }),
  ...(batch !== undefined && { batchSize: batch }),
});

const base = (): DataRecord => experimentPresets.get("emoji-mini").config;

export async function trainTokenizer(
  globals: Globals,
  preset: string | undefined,
  options: TrainOptions &
    RecipeFlags & { readonly data: string; readonly size?: number; readonly initFrom?: string },
): Promise<number> {
  const { initFrom } = options;
  const start = initFrom === undefined ? undefined : await startingPoint(globals.runs, initFrom);
  const size = options.size ?? start?.size ?? (base().data as { size: number }).size;
  // The structure of what is fine-tuned is its own, unless a preset is named.
  const { preset: usual, ...recipe } = base().tokenizer as DataRecord;
  const model =
    start && preset === undefined ? { model: start.model } : { preset: preset ?? usual! };
  const config = [
    { until: "tokenizer", data: dataConfig({ data: options.data, size }) },
    { tokenizer: { ...model, train: trainPatch(options) } as DataRecord },
    { tokenizer: recipePatch(options) },
    { tokenizer: start ? { train: { init: { ...start.init } } } : {} },
    parseOverrides(options.set ?? []),
  ].reduce<DataRecord>((all, patch) => composePatches(all, patch) as DataRecord, {
    ...base(),
    tokenizer: recipe,
  });
  const [stage] = planExperiment(config, options.seed, "train tokenizer");
  const label = start ? `${preset ?? "tokenizer"} from ${initFrom}` : (preset ?? "fqgan-dual-mini");
  return trainAndShow(globals, [{ ...stage!, label }], options);
}

export async function trainGenerator(
  globals: Globals,
  preset: string | undefined,
  options: TrainOptions & { readonly from?: string },
): Promise<number> {
  const { config: source } = findRun(globals.runs, "tokenizer", options.from);
  const { data } = source.config as { data: DataRecord };
  const config = [
    { data },
    { generator: { ...(preset !== undefined && { preset }), train: trainPatch(options) } },
    parseOverrides(options.set ?? []),
  ].reduce<DataRecord>((all, patch) => composePatches(all, patch) as DataRecord, base());
  const { codes, generator } = resolveExperiment(config, "train generator");
  const stages = planGenerator(
    { tokenizer: source.id, codes, generator, seed: options.seed },
    "train generator",
  );
  const label = preset ?? "far-mini";
  return trainAndShow(
    globals,
    stages.map((stage) => ({
      ...stage,
      label: stage.kind === "codes" ? `codes of ${source.label}` : `${label} on ${source.label}`,
    })),
    options,
  );
}

async function trainAndShow(
  globals: Globals,
  stages: readonly PlannedStage[],
  options: RunningOptions,
): Promise<number> {
  const { code } = await runWithProgress(globals, stages, options);
  if (code !== EXIT.done) return code;
  const { id, kind } = stages.at(-1)!;
  const folder = join(globals.runs, id);
  const summary = readSummary(folder);
  if (globals.json) {
    process.stdout.write(`${JSON.stringify({ id, folder, ...summary }, null, 2)}\n`);
    return code;
  }
  if (summary) process.stdout.write(`${summaryLines(summary).join("\n")}\n`);
  process.stdout.write(`run ${folder}\n`);
  const next =
    kind === "tokenizer"
      ? `npx fqgan reconstruct your-photo.jpg --from ${id}`
      : `npx fqgan generate --grid --from ${id}`;
  if (!globals.quiet) process.stderr.write(`${createStyle(process.stderr).bold("next")} ${next}\n`);
  return code;
}
