import { parseConfig } from "@fqgan/registry";
import { type Experiment, resolveExperiment } from "../config/experiment.js";
import { experimentPresets } from "../config/presets.js";
import { resolveColumn } from "../report/columns.js";
import type { DataRecord } from "../schema/merge.js";
import type { StageKind } from "../schema/run-format.js";
import {
  SWEEP_FORMAT,
  type SweepPoint,
  type SweepRecord,
  type Table,
} from "../schema/sweep-format.js";
import { stages } from "../stages/index.js";
import { runId, slugify } from "../store/identity.js";
import { resolveContrast } from "./contrasts.js";
import { axisLabels, expandSweep, type GridPoint } from "./expand.js";
import { pointLabel, stageLabel } from "./labels.js";
import { matches } from "./matches.js";
import { resolvePlot } from "./plots.js";
import type { SweepFile } from "./sweep-file.js";

/** One stage to run. */
export interface PlannedStage {
  readonly id: string;
  readonly kind: StageKind;
  readonly revision: number;
  /** For people: what sets it apart within its sweep. */
  readonly label: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Run ids by role. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** A sweep ready to run: every distinct stage once, inputs first. */
export interface SweepPlan {
  readonly record: SweepRecord;
  readonly stages: readonly PlannedStage[];
}

/** What a stage needs to have an id. */
interface StageRequest {
  readonly config: unknown;
  readonly seed: number;
  readonly inputs: Readonly<Record<string, string>>;
}

function planStage(kind: StageKind, stage: StageRequest, where: string): PlannedStage {
  const { revision, schema, describe, order } = stages[kind];
  // What is hashed is what the run will read back.
  const config = parseConfig(schema, stage.config, where) as Record<string, unknown>;
  const words = describe(config);
  const id = runId(`${kind} ${words}`, {
    ...stage,
    kind,
    revision,
    config,
    ...(order && { order: order(config) }),
  });
  return { ...stage, id, kind, revision, config, label: words };
}

/** The stages of one experiment, inputs first. */
export function planExperiment(config: unknown, seed: number, where: string): PlannedStage[] {
  const resolved = resolveExperiment(config, where);
  const { tokenizer, codes, generator, tokenizerSeed = seed } = resolved;
  const first = planStage(
    "tokenizer",
    { config: tokenizer, seed: tokenizerSeed, inputs: {} },
    where,
  );
  if (!generator) return [first];
  return [first, ...planGenerator({ tokenizer: first.id, codes, generator, seed }, where)];
}

/** A data set's codes by a tokenizer's run. Nothing is drawn: the tokenizer decides them. */
export const planCodes = (
  { tokenizer, codes }: { readonly tokenizer: string; readonly codes: unknown },
  where: string,
): PlannedStage => planStage("codes", { config: codes, seed: 0, inputs: { tokenizer } }, where);

/** Codes and generator on a tokenizer's run, which may be there already. */
export function planGenerator(
  options: Pick<Experiment, "codes" | "generator"> & {
    readonly tokenizer: string;
    readonly seed: number;
  },
  where: string,
): PlannedStage[] {
  const { tokenizer, codes, generator, seed } = options;
  const codesStage = planCodes({ tokenizer, codes }, where);
  const inputs = { tokenizer, codes: codesStage.id };
  return [codesStage, planStage("generator", { config: generator, seed, inputs }, where)];
}

/** Expands and checks a sweep file; nothing is written yet. */
export function planSweep(
  file: SweepFile,
  options: { readonly variant?: string; readonly overrides?: DataRecord; readonly command: string },
): SweepPlan {
  const { variant, command } = options;
  const base = typeof file.base === "string" ? experimentPresets.get(file.base).config : file.base;
  const grid = expandSweep(file, { ...options, base });
  const planned = grid.map((point) => ({
    point,
    stages: planExperiment(point.config, point.seed, `${file.name}: ${pointLabel(file, point)}`),
  }));
  // Maps, because a sweep can have ten thousand points.
  const users = new Map<string, { stage: PlannedStage; points: GridPoint[] }>();
  for (const { point, stages } of planned)
    for (const stage of stages) {
      const known = users.get(stage.id);
      if (known) known.points.push(point);
      else users.set(stage.id, { stage, points: [point] });
    }
  const named = [...users.values()].map(({ stage, points }) => ({
    ...stage,
    words: stageLabel(file, points),
  }));
  const firstOf = new Map<string, string>();
  for (const { words, id } of named) if (!firstOf.has(words)) firstOf.set(words, id);
  const labelled = named.map(({ words, ...stage }) => ({
    ...stage,
    // A generator that nothing but its tokenizer sets apart would have the tokenizer's label.
    label: firstOf.get(words) === stage.id ? words : `${words} · ${stage.kind}`,
  }));
  const name = variant === undefined ? file.name : `${file.name}-${variant}`;
  const points: SweepPoint[] = planned.map(({ point, stages }) => ({
    label: pointLabel(file, point),
    slug: slugify(pointLabel(file, point)),
    seed: point.seed,
    axes: { ...point.axes },
    stages: Object.fromEntries(stages.map(({ kind, id }) => [kind, id])),
  }));
  const tables = file.tables.map((table): Table => {
    const columns = table.columns.map((column) =>
      resolveColumn(column, `${file.name}: table ${table.name}`),
    );
    const kinds = new Set(columns.map(({ metric }) => metric.split("/")[0]));
    const shown = planned
      .filter(({ point }) => matches(point.axes, table.where))
      .flatMap((entry) => entry.stages);
    const facts = [
      ...shown.flatMap(dataFacts),
      ...shown.filter(({ kind }) => kinds.has(kind)).flatMap(trainingFacts),
    ];
    const { paper, ...rest } = table;
    return { ...rest, columns, facts: [...new Set(facts)], ...(paper && { paper }) };
  });
  const record: SweepRecord = {
    format: SWEEP_FORMAT,
    name,
    title: file.title ?? file.name,
    createdAt: new Date().toISOString(),
    command,
    variant: variant ?? null,
    seeds: [...file.seeds],
    axes: axisLabels(file),
    points,
    order: labelled.map(({ id }) => id),
    tables,
    ...(file.repeats.length > 0 && { repeats: [...file.repeats] }),
    ...(file.contrasts.length > 0 && {
      contrasts: file.contrasts.map((contrast) =>
        resolveContrast(contrast, points, `${file.name}: contrast ${contrast.name}`),
      ),
    }),
    ...(file.plots.length > 0 && {
      plots: file.plots.map((plot) => resolvePlot(plot, points, `${file.name}: plot ${plot.name}`)),
    }),
    running: JSON.parse(
      JSON.stringify({
        retry: file.retry,
        stop: file.stop,
        executor: file.executor,
        search: file.search,
      }),
    ),
  };
  return { record, stages: labelled };
}

/** What a reader of a table must know about the runs behind it: on which images, for how long. */
function dataFacts({ config }: PlannedStage): string[] {
  const { data } = config as { data?: { name: string; size?: number } };
  if (!data) return [];
  return [data.size ? `${data.name} ${data.size}×${data.size}` : data.name];
}

function trainingFacts({ config, kind }: PlannedStage): string[] {
  const { train } = config as { train?: { steps: number; batchSize: number } };
  if (!train) return [];
  return [`${kind}: ${train.steps.toLocaleString("en")} steps of ${train.batchSize} images`];
}
