import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseConfig, UserError } from "@fqgan/registry";
import { parse } from "yaml";
import * as z from "zod";
import { executors } from "../executor/executors.js";
import type { DataRecord } from "../schema/merge.js";
import { ashaSchema } from "./asha.js";
import { contrastFileSchema } from "./contrasts.js";
import { plotFileSchema } from "./plots.js";
import { retrySchema } from "./retry.js";
import { columnFileSchema, oneOrMore, selectionFields } from "./rows.js";
import { searchSchema } from "./search/search.js";

/** Differences from the base config; keys may be dotted paths. */
const patchSchema = z.record(z.string(), z.unknown()).transform((patch) => patch as DataRecord);

/**
 * The values of an axis. Named values are patches: `{ linear: { generator.model.head.name: linear } }`.
 * A list gives the values of the config path that the axis is named after: `[256, 512]`.
 */
const axisSchema = z.union([
  z.array(z.union([z.string(), z.number(), z.boolean()])).min(1),
  z.record(
    z.string(),
    patchSchema.nullable().transform((patch) => patch ?? {}),
  ),
]);

const tableFileSchema = z.strictObject({
  ...selectionFields,
  title: z.string(),
  columns: z.array(columnFileSchema).min(1),
  /** The paper's numbers for `fqgan report --paper`: its table, and which of its rows a row stands for. */
  paper: z
    .strictObject({
      table: z.string(),
      rows: z.record(z.string(), z.string()).default({}),
    })
    .optional(),
});

/** A sweep as a person writes it. */
export const sweepFileSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/, "expected lower-case letters, digits and dashes"),
  title: z.string().optional(),
  /** The config that every point starts from, or the name of an experiment preset. */
  base: z.union([z.string(), patchSchema]),
  axes: z.record(z.string(), axisSchema).default({}),
  /** Points not to run: those that match every axis of an entry. */
  exclude: z.array(z.record(z.string(), oneOrMore)).default([]),
  /** Apart from the axes, so that every table has mean ± std over them. */
  seeds: z.array(z.int().min(0)).min(1).default([0]),
  /** Named sets of differences for the whole sweep: `--quick` is the variant "quick". */
  variants: z.record(z.string(), patchSchema).default({}),
  tables: z.array(tableFileSchema).default([]),
  /** Axes that repeat every row, as seeds do: folds of the data. */
  repeats: z.array(z.string()).default([]),
  /** Comparisons decided before the runs: paired, corrected after Holm, each with a verdict. */
  contrasts: z.array(contrastFileSchema).default([]),
  /** Pictures of one number against another, rows joined to lines: PSNR by bits. */
  plots: z.array(plotFileSchema).default([]),
  /** Values that are drawn or found instead of listed. */
  search: searchSchema.optional(),
  /** Stop early what others are better than. */
  stop: z.strictObject({ name: z.literal("asha"), ...ashaSchema.shape }).optional(),
  retry: retrySchema.prefault({}),
  executor: executors.schema.optional(),
});

/** A sweep with every default filled in. */
export type SweepFile = z.output<typeof sweepFileSchema>;

/** A sweep as written. */
export type SweepFileInput = z.input<typeof sweepFileSchema>;

/** A sweep in TypeScript: `export default defineSweep({ … })` checks keys and types while you write. */
export const defineSweep = (sweep: SweepFileInput): SweepFileInput => sweep;

/** Endings of sweeps that are programs; everything else is YAML. */
const MODULE = /\.[cm]?[jt]s$/;

/** Reads and checks a sweep file of either kind. */
export async function loadSweepFile(path: string): Promise<SweepFile> {
  if (!MODULE.test(path) || !existsSync(path)) return readSweepFile(path);
  let module: { default?: unknown };
  try {
    module = await import(pathToFileURL(resolve(path)).href);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ERR_UNKNOWN_FILE_EXTENSION")
      throw new UserError(
        `${path}: this Node can't load TypeScript; use Node 22.18 or newer, \`node --import tsx\`, or YAML`,
      );
    throw new UserError(`${path}: ${(error as Error).message}`);
  }
  if (module.default === undefined)
    throw new UserError(
      `${path}: expected \`export default defineSweep({ … })\`, found no default export`,
    );
  return parseConfig(sweepFileSchema, module.default, path);
}

/** Reads and checks a YAML sweep file. */
export function readSweepFile(path: string): SweepFile {
  if (!existsSync(path))
    throw new UserError(`${path}: expected a sweep file, found nothing; examples are in sweeps/`);
  let content: unknown;
  try {
    content = parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new UserError(`${path}: not YAML: ${(error as Error).message}`);
  }
  return parseConfig(sweepFileSchema, content, path);
}
