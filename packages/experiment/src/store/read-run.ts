import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@fqgan/registry";
import type { z } from "zod";
import {
  type Done,
  decodeScalar,
  doneSchema,
  type Failure,
  failureSchema,
  type MediaRow,
  type MetricsRow,
  mediaRowSchema,
  metricsRowSchema,
  type Progress,
  progressSchema,
  RUN_FORMAT,
  type RunConfig,
  type RunEvent,
  type RunStatus,
  runConfigSchema,
  runEventSchema,
  type Summary,
  summarySchema,
  type UsageRow,
  usageRowSchema,
} from "../schema/run-format.js";
import { readClaim } from "./claim.js";
import { readJsonl } from "./jsonl.js";
import { RUN_MIGRATIONS, upgrade, type Versioned } from "./migrate.js";

/** Small JSON file that is written in one step; undefined when missing or not of this shape. */
function readJsonFile<T extends z.ZodType>(path: string, schema: T): z.output<T> | undefined {
  try {
    return schema.safeParse(JSON.parse(readFileSync(path, "utf8"))).data;
  } catch {
    return undefined;
  }
}

/** `config.json`, or an error that says why this is no run folder. */
export function readRunConfig(folder: string): RunConfig {
  const path = join(folder, "config.json");
  if (!existsSync(path))
    throw new UserError(
      `${folder}: expected a run folder (one with config.json); \`fqgan list runs\` shows what there is`,
    );
  let content: Versioned;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new UserError(`${path}: expected JSON; the file is damaged, remove the folder`);
  }
  const current = upgrade(content, { to: RUN_FORMAT, migrations: RUN_MIGRATIONS, where: path });
  const parsed = runConfigSchema.safeParse(current);
  if (!parsed.success)
    throw new UserError(
      `${path}: not a run's config: ${parsed.error.issues[0]?.path.join(".")}: ${parsed.error.issues[0]?.message}`,
    );
  return parsed.data;
}

/** Whether a run waits, runs, was interrupted, failed or is done, by the files in its folder. */
export function readRunStatus(folder: string): RunStatus {
  if (existsSync(join(folder, "done"))) return "done";
  const held = readClaim(folder);
  if (held?.alive) return "running";
  if (existsSync(join(folder, "failed"))) return "failed";
  return held || existsSync(join(folder, "events.jsonl")) ? "interrupted" : "waiting";
}

/** All whole lines of `events.jsonl`; none where there is no file. */
export const readEvents = (folder: string): RunEvent[] =>
  readJsonl(join(folder, "events.jsonl"), runEventSchema);

/** All whole lines of `media.jsonl`; `file` is relative to the run folder. */
export const readMedia = (folder: string): MediaRow[] =>
  readJsonl(join(folder, "media.jsonl"), mediaRowSchema);

/** All whole lines of `usage.jsonl`. */
export const readUsage = (folder: string): UsageRow[] =>
  readJsonl(join(folder, "usage.jsonl"), usageRowSchema);

/** `progress.json`; undefined where there is none or it is being replaced. */
export const readProgress = (folder: string): Progress | undefined =>
  readJsonFile(join(folder, "progress.json"), progressSchema);

/** `failed`; undefined where the last attempt did not end so. */
export const readFailure = (folder: string): Failure | undefined =>
  readJsonFile(join(folder, "failed"), failureSchema);

/** `done`; undefined while the run is not. */
export const readDone = (folder: string): Done | undefined =>
  readJsonFile(join(folder, "done"), doneSchema);

/** All whole lines of `metrics.jsonl`, steps ascending, values as numbers. */
export function readMetrics(folder: string): MetricsRow[] {
  return readJsonl(join(folder, "metrics.jsonl"), metricsRowSchema).map((row) => {
    const entries = Object.entries(row).map(([name, value]) => [name, decodeScalar(value)]);
    return Object.fromEntries(entries) as MetricsRow;
  });
}

/** The final numbers; undefined while there are none. */
export function readSummary(folder: string): Summary | undefined {
  const summary = readJsonFile(join(folder, "summary.json"), summarySchema);
  if (!summary) return undefined;
  const metrics = Object.entries(summary.metrics).map(([name, value]) => [
    name,
    decodeScalar(value),
  ]);
  return { metrics: Object.fromEntries(metrics), protocols: summary.protocols };
}

/** The folders under `runsFolder` that hold a run, by name. */
export function listRunFolders(runsFolder: string): string[] {
  if (!existsSync(runsFolder)) return [];
  return readdirSync(runsFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(runsFolder, entry.name))
    .filter((folder) => existsSync(join(folder, "config.json")))
    .sort();
}
