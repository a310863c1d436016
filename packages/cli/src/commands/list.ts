import { basename, join } from "node:path";
import { aggregations, generatorPresets, guidanceSchedules, heads } from "@fqgan/ar-generator";
import { datasets } from "@fqgan/data";
import {
  columnNames,
  configKeys,
  experimentPresets,
  listRunFolders,
  listSweeps,
  readRunConfig,
  readRunStatus,
  resolveColumn,
  schedules,
} from "@fqgan/experiment";
import { extractors, perceptualDistances, teachers } from "@fqgan/features";
import { metrics } from "@fqgan/metrics";
import { quantizers } from "@fqgan/quantizer";
import { nearest, type Registry, type Strategy, UserError } from "@fqgan/registry";
import { engines } from "@fqgan/tensor";
import {
  adapters,
  decoders,
  describeFidelity,
  discriminators,
  encoders,
  tokenizerPresets,
} from "@fqgan/tokenizer";
import * as z from "zod";
import { EXIT } from "../exit-codes.js";
import { createStyle } from "../output/style.js";
import type { Globals } from "../program.js";

interface Listed {
  readonly name: string;
  readonly summary: string;
  readonly reference?: string | undefined;
  /** Of a preset: how near it is to the model that it is named after. */
  readonly fidelity?: string;
  /** Option → its default or its type. */
  readonly options?: Readonly<Record<string, string>>;
}

/** An option as `size: integer, required` or `dimensions: 8`. */
function describeOption(type: unknown): string {
  const schema = type as z.ZodType;
  const filled = schema.safeParse(undefined);
  if (filled.success && filled.data !== undefined) return JSON.stringify(filled.data);
  const json = z.toJSONSchema(schema, { unrepresentable: "any" }) as { type?: string };
  return filled.success ? "optional" : `${json.type ?? "value"}, required`;
}

const strategies =
  <S extends Strategy>(registry: Registry<S>) =>
  (): Listed[] =>
    registry.list().map(({ name, summary, reference, options }) => ({
      name,
      summary,
      reference,
      options: Object.fromEntries(
        Object.entries(options).map(([option, type]) => [option, describeOption(type)]),
      ),
    }));

const tokenizers = (): Listed[] =>
  tokenizerPresets.list().map((preset) => ({
    name: preset.name,
    summary: preset.summary,
    reference: preset.reference,
    fidelity: describeFidelity(preset),
  }));

/** What can be listed. Registries tell their own strategies, so a new one shows up by itself. */
const kinds = (runs: string): Readonly<Record<string, () => Listed[]>> => ({
  "tokenizer-presets": tokenizers,
  "generator-presets": strategies(generatorPresets),
  "experiment-presets": strategies(experimentPresets),
  quantizers: strategies(quantizers),
  encoders: strategies(encoders),
  decoders: strategies(decoders),
  adapters: strategies(adapters),
  discriminators: strategies(discriminators),
  heads: strategies(heads),
  aggregations: strategies(aggregations),
  "guidance-schedules": strategies(guidanceSchedules),
  "learning-rate-schedules": strategies(schedules),
  metrics: strategies(metrics),
  extractors: strategies(extractors),
  teachers: strategies(teachers),
  "perceptual-distances": strategies(perceptualDistances),
  datasets: strategies(datasets),
  engines: () => engines.map(({ name, summary }) => ({ name, summary })),
  config: () =>
    configKeys().map(({ path, type, isRequired, fallback, description }) => ({
      name: path,
      summary: description,
      options: {
        type,
        ...(isRequired && { default: "required" }),
        ...(fallback !== undefined && { default: fallback }),
      },
    })),
  columns: () =>
    columnNames().map((name) => {
      const { title, metric } = resolveColumn(name, "list");
      return { name, summary: `${title}, from ${metric}` };
    }),
  runs: () =>
    listRunFolders(runs).map((folder) => {
      const { label } = readRunConfig(folder);
      return { name: basename(folder), summary: `${readRunStatus(folder).padEnd(11)} ${label}` };
    }),
  sweeps: () => listSweeps(runs).map((name) => ({ name, summary: join(runs, "sweeps", name) })),
});

/** Words that people try, and what they mean. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  presets: ["tokenizer-presets", "generator-presets", "experiment-presets"],
};

export async function list(globals: Globals, what: string | undefined): Promise<number> {
  const all = kinds(globals.runs);
  const known = [...Object.keys(all), ...Object.keys(GROUPS)];
  const { bold, dim } = createStyle(process.stdout);
  if (what === undefined) {
    process.stdout.write(
      globals.json ? `${JSON.stringify(known)}\n` : `fqgan list <what>: ${known.join(", ")}\n`,
    );
    return EXIT.done;
  }
  if (!known.includes(what)) {
    const near = nearest(what, known);
    throw new UserError(
      `list: unknown "${what}"; ${near ? `did you mean "${near}"? ` : ""}known: ${known.join(", ")}`,
    );
  }
  const chosen = GROUPS[what] ?? [what];
  const listed = chosen.map((kind) => ({ kind, entries: all[kind]!() }));
  if (globals.json) {
    const plain = GROUPS[what]
      ? Object.fromEntries(listed.map(({ kind, entries }) => [kind, entries]))
      : listed[0]!.entries;
    process.stdout.write(`${JSON.stringify(plain, null, 2)}\n`);
    return EXIT.done;
  }
  for (const { kind, entries } of listed) {
    if (listed.length > 1) process.stdout.write(`${bold(kind)}\n`);
    const width = Math.max(0, ...entries.map(({ name }) => name.length));
    for (const { name, summary, reference, fidelity, options = {} } of entries) {
      const details = [
        ...(fidelity ? [fidelity] : []),
        ...(reference ? [reference] : []),
        ...Object.entries(options).map(([option, value]) => `${option}: ${value}`),
      ];
      const [first = "", ...more] = [summary, dim(details.join(" · "))].filter(Boolean);
      process.stdout.write(`${bold(name.padEnd(width))}  ${first}\n`);
      for (const line of more) process.stdout.write(`${" ".repeat(width)}  ${line}\n`);
    }
  }
  return EXIT.done;
}
