import { join } from "node:path";
import { createKey, fold } from "@fqgan/tensor";
import * as z from "zod";
import type { DataRecord } from "../../schema/merge.js";
import type { SweepRecord } from "../../schema/sweep-format.js";
import { canonicalJson } from "../../store/identity.js";
import { readMetrics, readSummary } from "../../store/read-run.js";
import type { SweepFile } from "../sweep-file.js";
import { dimensionSchema, type Sample } from "./space.js";
import { type Observation, searches } from "./strategies.js";

/** The axis that a search makes. */
export const SAMPLE_AXIS = "sample";

/** Values that nobody lists: drawn, or chosen by what earlier ones gave. */
export const searchSchema = z.strictObject({
  strategy: searches.schema.prefault({ name: "random" }),
  samples: z.int().positive(),
  seed: z.int().min(0).default(0),
  /** Config path → what it may be. */
  space: z.record(z.string(), dimensionSchema),
  /** What is searched for: `<stage kind>/<metric>`, on validation images. */
  metric: z
    .string()
    .regex(/^(tokenizer|generator)\/validation\//, "expected e.g. tokenizer/validation/psnr"),
  goal: z.enum(["min", "max"]),
});

/** The same with defaults filled in. */
export type Search = z.output<typeof searchSchema>;

/** "learningRate 0.0012 · size 256" */
export const sampleLabel = (sample: Sample): string =>
  Object.entries(sample)
    .map(([path, value]) => `${path.split(".").at(-1)} ${value}`)
    .join(" · ");

/** The sweep file with samples as values of an axis. */
export function withSamples(file: SweepFile, samples: readonly Sample[]): SweepFile {
  // The same sample twice is one value: its runs are the same runs.
  const values = new Map(samples.map((sample) => [sampleLabel(sample), sample as DataRecord]));
  return { ...file, axes: { ...file.axes, [SAMPLE_AXIS]: Object.fromEntries(values) } };
}

/** Samples to run next, after those that there are; none when the search is over. */
export function nextSamples(
  search: Search,
  known: {
    readonly samples: readonly Sample[];
    readonly observed: readonly Observation[];
    readonly round: number;
  },
): Sample[] {
  const { samples, observed, round } = known;
  const { strategy, seed, space } = search;
  const chosen = searches.get(strategy.name);
  const blind = Math.max(0, chosen.blindSamples(strategy) - samples.length);
  const count = Math.min(search.samples - samples.length, blind > 0 ? blind : round);
  return Array.from({ length: Math.max(0, count) }, (_, i) =>
    chosen.propose({
      config: strategy,
      space,
      observed,
      key: fold(createKey(seed), "search", samples.length + i),
    }),
  );
}

/**
 * What each sample has given: the mean over its points (other axes, seeds). A run that was stopped early
 * counts with its last value, so that a search learns from what was bad, too.
 */
export function observe(
  runsFolder: string,
  { record, search, samples }: { record: SweepRecord; search: Search; samples: readonly Sample[] },
): Observation[] {
  const sign = search.goal === "min" ? 1 : -1;
  return samples.flatMap((sample) => {
    const label = sampleLabel(sample);
    const values = record.points
      .filter(({ axes }) => axes[SAMPLE_AXIS] === label)
      .flatMap(({ stages }) => finalValue(runsFolder, stages, search.metric) ?? []);
    if (values.length === 0) return [];
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return [{ sample, loss: Number.isNaN(mean) ? Number.POSITIVE_INFINITY : sign * mean }];
  });
}

function finalValue(
  runsFolder: string,
  stages: Readonly<Record<string, string>>,
  metric: string,
): number | undefined {
  const [kind, ...rest] = metric.split("/");
  const id = stages[kind!];
  if (id === undefined) return undefined;
  const folder = join(runsFolder, id);
  const name = rest.join("/");
  const summed = readSummary(folder)?.metrics[name];
  return summed ?? readMetrics(folder).findLast((row) => row[name] !== undefined)?.[name];
}

/** What a recorded search must have in common with a file to be gone on with. */
export const searchIdentity = ({ samples: _, ...search }: Search): string => canonicalJson(search);
