import { existsSync, readFileSync } from "node:fs";
import { parseConfig, UserError } from "@fqgan/registry";
import { parse } from "yaml";
import { z } from "zod";
import type { DataRecord } from "../schema/merge.js";
import { columnSchema } from "../schema/sweep-format.js";

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

const oneOrMore = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === "string" ? [value] : value));

const tableFileSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/, "expected lower-case letters, digits and dashes"),
  title: z.string(),
  rows: oneOrMore,
  where: z.record(z.string(), oneOrMore).default({}),
  /** Names of known columns (`fqgan list columns`) or columns in full. */
  columns: z.array(z.union([z.string(), columnSchema])).min(1),
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
});
export type SweepFile = z.output<typeof sweepFileSchema>;
export type SweepFileInput = z.input<typeof sweepFileSchema>;

/** Reads and checks a sweep file. */
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
