import * as z from "zod";
import { runIdSchema } from "./run-format.js";

/** `runs/sweeps/<name>/sweep.json`: which runs make up a sweep and which tables to print. */
export const SWEEP_FORMAT = 1;

/** One column of a table: a final number of one of a point's stages. */
export const columnSchema = z.strictObject({
  /** `<stage kind>/<metric of its summary>`, e.g. "tokenizer/test/rfid". */
  metric: z.string(),
  title: z.string(),
  /** Which direction is better; absent for plain facts such as bits or parameters. */
  goal: z.enum(["min", "max"]).optional(),
  digits: z.number().int().min(0).default(2),
  /** "percent" shows 0.61 as 61 %, "count" as 1,234,567. */
  format: z.enum(["number", "percent", "count"]).default("number"),
});

/** A column with defaults filled in. */
export type Column = z.infer<typeof columnSchema>;

/** One table of a sweep: axes as rows, final numbers as columns. */
export const tableSchema = z.strictObject({
  /** Short name for files and links: "table-3". */
  name: z.string(),
  title: z.string(),
  /** Axes whose values make the rows. */
  rows: z.array(z.string()).min(1),
  /** Only points whose axis values are among these. */
  where: z.record(z.string(), z.array(z.string())).default({}),
  columns: z.array(columnSchema).min(1),
  /** What the caption says of the runs behind it: data, steps. */
  facts: z.array(z.string()).default([]),
  /** A table of the paper, and which of its rows a row stands for. */
  paper: z.strictObject({ table: z.string(), rows: z.record(z.string(), z.string()) }).optional(),
});

/** A table with defaults filled in. */
export type Table = z.infer<typeof tableSchema>;

/** A comparison that was written down before its runs: one row against another by one number. */
export const contrastSchema = z.strictObject({
  name: z.string(),
  /** What would be shown, in words. */
  claim: z.string(),
  metric: columnSchema,
  /** Axes whose values the two rows are of, as in a table. */
  rows: z.array(z.string()).min(1),
  /** The row that should be better, and the one it is held against. */
  treatment: z.string(),
  baseline: z.string(),
  /** Only points whose axis values are among these. */
  where: z.record(z.string(), z.array(z.string())).default({}),
  /** The smallest improvement that would matter, in the metric's unit. */
  smallest: z.number().min(0),
  /** Other numbers whose means must improve as well for the claim to hold. */
  agreeing: z.array(columnSchema).default([]),
  /** P-values of one family are corrected together. */
  family: z.string().default("primary"),
});

/** A contrast with defaults filled in. */
export type Contrast = z.infer<typeof contrastSchema>;

/** A picture of a sweep: one number against another, rows joined to lines. */
export const plotSchema = z.strictObject({
  /** Of its files: "plot-<name>.svg". */
  name: z.string(),
  title: z.string(),
  x: columnSchema,
  y: columnSchema,
  /** Axes whose values the rows are of, as in a table. */
  rows: z.array(z.string()).min(1),
  /** Only points whose axis values are among these. */
  where: z.record(z.string(), z.array(z.string())).default({}),
  /** The legend's name of a line → its rows. */
  lines: z.record(z.string(), z.array(z.string()).min(1)),
});

/** A plot with defaults filled in. */
export type Plot = z.infer<typeof plotSchema>;

/** One point of a sweep: its values on the axes, and the runs that it needs. */
export const sweepPointSchema = z.looseObject({
  /** "FQ 256 × 2 · seed 0" */
  label: z.string(),
  /** The point's name in commands: `--from <sweep>/<slug>`. */
  slug: z.string(),
  seed: z.number().int(),
  /** Axis → the label of its value. */
  axes: z.record(z.string(), z.string()),
  /** Stage kind → run id. Points share ids where they share stages. */
  stages: z.record(z.string(), runIdSchema),
});

/** A point of a sweep. */
export type SweepPoint = z.infer<typeof sweepPointSchema>;

/** `sweep.json`: the points of a sweep, their runs, and its tables. */
export const sweepRecordSchema = z.looseObject({
  format: z.literal(SWEEP_FORMAT),
  name: z.string(),
  title: z.string(),
  createdAt: z.string(),
  /** The command that continues it. */
  command: z.string(),
  /** The variant of the sweep file ("quick"), if one was asked for. */
  variant: z.string().nullable(),
  seeds: z.array(z.number().int()),
  /** Axis → labels of its values, in the file's order. */
  axes: z.record(z.string(), z.array(z.string())),
  points: z.array(sweepPointSchema),
  /** Every distinct run id, in the order of execution. */
  order: z.array(runIdSchema),
  tables: z.array(tableSchema),
  /** Axes that repeat every row, as seeds do: folds of the data. */
  repeats: z.array(z.string()).optional(),
  contrasts: z.array(contrastSchema).optional(),
  plots: z.array(plotSchema).optional(),
  /** How it was run: executor, retry, early stopping, search; `resume` goes on with the same. */
  running: z.record(z.string(), z.unknown()).optional(),
  /** What a search has drawn so far, in order. */
  samples: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))).optional(),
});

/** The content of `sweep.json`. */
export type SweepRecord = z.infer<typeof sweepRecordSchema>;
