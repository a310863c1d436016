/**
 * A sweep's final numbers in one file that is small enough for git: JSON lines, of which the first is the
 * sweep's record, and every other a run that is done. Tables, differences and contrasts are made from it as
 * from run folders, and a sweep does not run again what is in it. Equal protocols are written once, before
 * the first run that has them; a run says by their numbers which of its metrics have which.
 */
import { existsSync, readFileSync } from "node:fs";
import { UserError } from "@fqgan/registry";
import * as z from "zod";
import {
  decodeScalar,
  encodeScalar,
  type Protocol,
  protocolSchema,
  STAGE_KINDS,
  type Summary,
  scalarSchema,
} from "../schema/run-format.js";
import { type SweepRecord, sweepRecordSchema } from "../schema/sweep-format.js";
import { writeFileAtomic } from "../store/atomic-file.js";

export const SUMMARIES_FORMAT = 1;

const sweepLine = z.looseObject({
  format: z.literal(SUMMARIES_FORMAT),
  sweep: sweepRecordSchema,
});

const protocolLine = z.looseObject({ protocol: z.number().int(), is: protocolSchema });

const runLine = z.looseObject({
  run: z.string(),
  kind: z.enum(STAGE_KINDS),
  label: z.string(),
  seed: z.number().int(),
  /** What the working tree was when the run was made. */
  git: z.object({ commit: z.string(), dirty: z.boolean() }).nullable(),
  elapsedMs: z.number(),
  metrics: z.record(z.string(), scalarSchema),
  /** Names of metrics by the number of their protocol. */
  protocols: z.record(z.string(), z.array(z.string())),
});

/** A run that is done, without its folder. */
export interface SavedRun
  extends Pick<z.output<typeof runLine>, "kind" | "label" | "seed" | "git" | "elapsedMs"> {
  readonly id: string;
  readonly summary: Summary;
}

/** A sweep's record and the final numbers of its runs, without their folders. */
export interface Summaries {
  readonly record: SweepRecord;
  /** By id, in the order of the sweep. */
  readonly runs: ReadonlyMap<string, SavedRun>;
}

/** Runs that are not of the record are left out. */
export function encodeSummaries({ record, runs }: Summaries): string {
  const numbers = new Map<string, number>();
  const lines: unknown[] = [{ format: SUMMARIES_FORMAT, sweep: record }];
  for (const id of record.order) {
    const run = runs.get(id);
    if (!run) continue;
    const { summary, id: _, ...rest } = run;
    const protocols: Record<string, string[]> = {};
    for (const [metric, protocol] of Object.entries(summary.protocols)) {
      const text = JSON.stringify(protocol);
      let number = numbers.get(text);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(text, number);
        lines.push({ protocol: number, is: protocol });
      }
      protocols[number] = [...(protocols[number] ?? []), metric];
    }
    const metrics = Object.entries(summary.metrics).map(([name, value]) => [
      name,
      encodeScalar(value),
    ]);
    lines.push({ run: id, ...rest, metrics: Object.fromEntries(metrics), protocols });
  }
  return `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`;
}

/** @param where names the source in errors */
export function decodeSummaries(text: string, where: string): Summaries {
  const refuse = (line: number, what: string): never => {
    throw new UserError(
      `${where}: line ${line + 1}: expected ${what}; the file is damaged or no summaries of a sweep`,
    );
  };
  const parse = <T extends z.ZodType>(schema: T, content: unknown, at: [number, string]) => {
    const parsed = schema.safeParse(content);
    return parsed.success ? parsed.data : refuse(...at);
  };
  const lines = text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line, i): unknown => {
      try {
        return JSON.parse(line);
      } catch {
        return refuse(i, "JSON");
      }
    });
  const { sweep } = parse(sweepLine, lines[0], [0, "a sweep's record"]);
  const protocols = new Map<string, Protocol>();
  const runs = new Map<string, SavedRun>();
  for (const [i, line] of lines.slice(1).entries()) {
    const stated = protocolLine.safeParse(line);
    if (stated.success) {
      protocols.set(String(stated.data.protocol), stated.data.is);
      continue;
    }
    const { run, kind, label, seed, git, elapsedMs, ...rest } = parse(runLine, line, [
      i + 1,
      "a run's summary",
    ]);
    const metrics = Object.entries(rest.metrics).map(([name, value]) => [
      name,
      decodeScalar(value),
    ]);
    const named = Object.entries(rest.protocols).flatMap(([number, names]) => {
      const protocol = protocols.get(number) ?? refuse(i + 1, `protocol ${number} before it`);
      return names.map((name) => [name, protocol] as const);
    });
    runs.set(run, {
      id: run,
      kind,
      label,
      seed,
      git,
      elapsedMs,
      summary: { metrics: Object.fromEntries(metrics), protocols: Object.fromEntries(named) },
    });
  }
  return { record: sweep, runs };
}

/** Reads a file of summaries; one that is damaged is a UserError. */
export const readSummaries = (path: string): Summaries =>
  decodeSummaries(readFileSync(path, "utf8"), path);

/**
 * What a file keeps of a sweep; undefined where there is no file yet. Refused are another sweep's file and one with runs
 * that the sweep does not have (any more), since they would not be written again.
 */
export function readKeptSummaries(path: string, record: SweepRecord): Summaries | undefined {
  if (!existsSync(path)) return undefined;
  const kept = readSummaries(path);
  if (kept.record.name !== record.name)
    throw new UserError(
      `${path}: expected summaries of the sweep "${record.name}", got those of "${kept.record.name}"; ` +
        "name another file",
    );
  const strange = [...kept.runs.keys()].filter((id) => !record.order.includes(id));
  if (strange.length > 0)
    throw new UserError(
      `${path}: expected runs of this sweep only, got ${strange.length} of ${kept.runs.size} that it does not have ` +
        "(other options, or the sweep was changed since), which would be lost; name another file",
    );
  return kept;
}

/** Writes a file of summaries in one step. */
export const writeSummaries = (path: string, summaries: Summaries): void =>
  writeFileAtomic(path, encodeSummaries(summaries));
