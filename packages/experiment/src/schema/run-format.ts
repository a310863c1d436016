import * as z from "zod";

/**
 * What the files of a run folder hold (docs/run-folder.md). Objects are loose: a reader keeps keys it
 * does not know, so that a newer minor addition is no error.
 */
export const RUN_FORMAT = 1;

/** Kinds of stages, in the order in which an experiment runs them. */
export const STAGE_KINDS = ["tokenizer", "codes", "generator"] as const;

/** One of those. */
export type StageKind = (typeof STAGE_KINDS)[number];

/** Milliseconds since 1970. */
const timeMs = z.number();

/** The name of a run's folder: never a path, so that no document can lead out of the folder of runs. */
export const runIdSchema = z
  .string()
  .regex(/^(?!\.{1,2}$)[^/\\]+$/, "expected the name of a run's folder, not a path");

/** `config.json`: everything that identifies a run, and where it came from. */
export const runConfigSchema = z.looseObject({
  format: z.literal(RUN_FORMAT),
  id: runIdSchema,
  label: z.string(),
  kind: z.enum(STAGE_KINDS),
  /** The revision integer of this kind of stage; part of the id's hash. */
  revision: z.number().int(),
  seed: z.number().int(),
  /** Every option, defaults filled in. */
  config: z.record(z.string(), z.unknown()),
  /** Run ids this one reads from, by role. */
  inputs: z.record(z.string(), runIdSchema),
  createdAt: z.string(),
  /** Recorded, never hashed; null outside a git checkout. */
  git: z.object({ commit: z.string(), dirty: z.boolean() }).nullable(),
  versions: z.record(z.string(), z.string()),
});

/** The content of `config.json`. */
export type RunConfig = z.infer<typeof runConfigSchema>;

/** A number as JSON can hold it: the three values JSON has no literal for are strings. */
export const scalarSchema = z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"])]);

/** One line of `metrics.jsonl`: the named scalars of one step. */
export const metricsRowSchema = z
  .object({ step: z.number().int(), time: timeMs, elapsedMs: z.number() })
  .catchall(scalarSchema);

/** A row of `metrics.jsonl` with all its values as numbers. */
export interface MetricsRow {
  readonly step: number;
  readonly time: number;
  /** Time spent on this run so far, in all its processes, without the pauses between them. */
  readonly elapsedMs: number;
  readonly [metric: string]: number;
}

/** Kinds of events. */
export const EVENT_TYPES = [
  "started",
  "resumed",
  "checkpoint",
  "evaluation",
  "warning",
  "error",
  "stopped",
  "done",
] as const;

/** One line of `events.jsonl`. */
export const runEventSchema = z.looseObject({
  time: timeMs,
  type: z.enum(EVENT_TYPES),
  message: z.string(),
  step: z.number().int().optional(),
  /** What a warning or error is about, for machines: "codebook-collapse", "disk-full", … */
  code: z.string().optional(),
});

/** A row of `events.jsonl`. */
export type RunEvent = z.infer<typeof runEventSchema>;

/** One line of `media.jsonl`: a PNG that shows a grid of equally large pictures. */
export const mediaRowSchema = z.looseObject({
  step: z.number().int(),
  time: timeMs,
  /** "inputs", "reconstructions", "factor", "tokens", "samples". */
  kind: z.string(),
  /** Relative to the run folder. */
  file: z.string(),
  caption: z.string(),
  width: z.number().int(),
  height: z.number().int(),
  columns: z.number().int(),
  rows: z.number().int(),
  /** For "factor" and "tokens": which codebook. */
  codebook: z.string().optional(),
  /** One caption per picture, row by row. */
  items: z.array(z.string()).optional(),
});

/** A row of `media.jsonl`. */
export type MediaRow = z.infer<typeof mediaRowSchema>;

/** One line of `usage.jsonl`: how often each code was chosen over one whole evaluation set. */
export const usageRowSchema = z.looseObject({
  step: z.number().int(),
  time: timeMs,
  split: z.string(),
  codebook: z.string(),
  /** counts[c] = number of positions that code c was chosen for; its length is the codebook's size. */
  counts: z.array(z.number().int()),
});

/** A row of `usage.jsonl`. */
export type UsageRow = z.infer<typeof usageRowSchema>;

/** How one final number was measured; two numbers compare only where this is equal. */
export const protocolSchema = z.looseObject({
  split: z.string(),
  images: z.number().int(),
  /** Split and number in words, for captions. */
  set: z.string().optional(),
  /** The feature extractor behind distribution metrics. */
  extractor: z.string().optional(),
  note: z.string().optional(),
  /** Why not to trust it: the network that judged taught the tokenizer, too. */
  warning: z.string().optional(),
});

/** How one final number was measured. */
export type Protocol = z.infer<typeof protocolSchema>;

/** `summary.json`: the final numbers. */
export const summarySchema = z.looseObject({
  format: z.literal(RUN_FORMAT),
  metrics: z.record(z.string(), scalarSchema),
  protocols: z.record(z.string(), protocolSchema),
});

/** The final numbers by name, all as numbers, and how each was measured. */
export interface Summary {
  readonly metrics: Readonly<Record<string, number>>;
  readonly protocols: Readonly<Record<string, Protocol>>;
}

/** `progress.json`: where a running stage is; may be missing or a few seconds old. */
export const progressSchema = z.looseObject({
  time: timeMs,
  /** What it is doing: "train", "evaluate", "extract", "sample", … */
  phase: z.string(),
  step: z.number().int(),
  total: z.number().int(),
  /** Images a second. */
  ratePerSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
});

/** The content of `progress.json`. */
export type Progress = z.infer<typeof progressSchema>;
/** Where a stage is, as it says so itself. */
export interface ProgressReport {
  readonly phase: string;
  readonly step: number;
  readonly total: number;
  readonly ratePerSecond: number | null;
  readonly secondsLeft: number | null;
}

/** `claim`: the one process that may write. */
export const claimSchema = z.looseObject({
  pid: z.number().int(),
  host: z.string(),
  startedAt: z.string(),
  /** Unique per claim. */
  token: z.string(),
  /** When the process itself started (Linux clock ticks since boot): tells a reused pid apart. */
  processStart: z.string().nullable(),
  /** Set when it has been told to stop and is writing its last checkpoint. */
  stopping: z.boolean().optional(),
});

/** The content of `claim`. */
export type Claim = z.infer<typeof claimSchema>;

/** `done`: written last. */
export const doneSchema = z.looseObject({ time: timeMs, elapsedMs: z.number() });

/** The content of `done`. */
export type Done = z.infer<typeof doneSchema>;

/** `failed`: why the last attempt ended; removed when the run is started again. */
export const failureSchema = z.looseObject({
  time: timeMs,
  /** "crash", "out-of-memory", "disk-full", "input", "killed". */
  reason: z.string(),
  message: z.string(),
  /** How many attempts have failed, this one included. */
  attempts: z.number().int(),
});

/** The content of `failed`. */
export type Failure = z.infer<typeof failureSchema>;

/** What a folder's files say about a run. */
export type RunStatus = "waiting" | "running" | "interrupted" | "failed" | "done";

/** A number as JSON can hold it: NaN and infinities as strings. */
export function encodeScalar(value: number): number | "NaN" | "Infinity" | "-Infinity" {
  return Number.isFinite(value) ? value : (String(value) as "NaN");
}

/** A stored scalar as a number. */
export function decodeScalar(value: z.infer<typeof scalarSchema>): number {
  return Number(value);
}
