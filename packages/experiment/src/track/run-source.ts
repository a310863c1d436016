import { existsSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import type { HistoryRow, HistoryValue, RunSource } from "@fqgan/tracking";
import {
  decodeScalar,
  type MediaRow,
  mediaRowSchema,
  metricsRowSchema,
  runEventSchema,
  type UsageRow,
  usageRowSchema,
} from "../schema/run-format.js";
import { readDone, readRunConfig, readRunStatus, readSummary } from "../store/read-run.js";
import { Tail } from "./tail.js";

/** Where a run belongs in the tracker. */
export interface TrackedAs {
  readonly project: string;
  readonly entity?: string | undefined;
  /** The sweep's name. */
  readonly group?: string | undefined;
  readonly tags?: readonly string[];
  /** A sweep made on the service. */
  readonly sweep?: string | undefined;
}

const SYSTEM = "system/";

interface Moment {
  readonly step: number;
  readonly time: number;
}
const BEGINNING: Moment = { step: -1, time: 0 };
const END: Moment = { step: Number.POSITIVE_INFINITY, time: Number.POSITIVE_INFINITY };

/**
 * A run folder as a tracker's source. A line of history is a row of `metrics.jsonl` with the pictures and
 * code counts recorded since the row before; the last line holds the final numbers.
 */
export function runSource(folder: string, as: TrackedAs): RunSource {
  const metrics = new Tail(join(folder, "metrics.jsonl"), metricsRowSchema);
  const media = new Tail(join(folder, "media.jsonl"), mediaRowSchema);
  const usage = new Tail(join(folder, "usage.jsonl"), usageRowSchema);
  const events = new Tail(join(folder, "events.jsonl"), runEventSchema);
  let restarts = 0;

  /** Rows that were cut and have grown again since the last look would pass for old ones. */
  const look = () => {
    const count = events.rows().filter(({ type }) => type === "resumed").length;
    if (count !== restarts) for (const tail of [metrics, media, usage]) tail.reset();
    restarts = count;
    return metrics.rows();
  };

  /** What was recorded after one row and before the next, which may be of the same step. */
  const extras = (after: Moment, upTo: Moment): Record<string, HistoryValue> => {
    const isBefore = (row: Moment, moment: Moment) =>
      row.step <= moment.step && row.time <= moment.time;
    const within = (row: Moment) => isBefore(row, upTo) && !isBefore(row, after);
    return {
      ...Object.fromEntries(
        media
          .rows()
          .filter((row) => within(row) && existsSync(pathOf(folder, row)))
          .map((row) => [mediaName(row), image(folder, row)]),
      ),
      ...Object.fromEntries(
        usage
          .rows()
          .filter(within)
          .map((row) => [usageName(row), histogram(row)]),
      ),
    };
  };

  const scalars = (row: Readonly<Record<string, unknown>>, system: boolean) =>
    Object.fromEntries(
      Object.entries(row)
        .filter(([name]) => name.includes("/") && name.startsWith(SYSTEM) === system)
        .map(([name, value]) => [
          system ? name.slice(SYSTEM.length) : name,
          decodeScalar(value as number),
        ]),
    );

  /** The line after the last row: what was measured on the finished model. */
  const finalRow = (rows: ReturnType<typeof look>): HistoryRow | undefined => {
    const done = readDone(folder);
    const summary = readSummary(folder);
    if (!done || !summary) return undefined;
    const last = rows.at(-1)?.step ?? 0;
    return {
      step: last + 1,
      timeMs: done.time,
      runtimeMs: done.elapsedMs,
      values: { ...summary.metrics, ...extras(rows.at(-1) ?? BEGINNING, END) },
    };
  };

  return {
    describe() {
      const { id, label, kind, seed, revision, config, inputs, git, versions } =
        readRunConfig(folder);
      return {
        name: id,
        displayName: label,
        jobType: kind,
        ...as,
        tags: [kind, ...(as.tags ?? [])],
        ...(git && { commit: git.commit }),
        host: hostname(),
        program: "fqgan",
        config: { ...config, seed, revision, inputs, versions },
      };
    },
    history(from) {
      const rows = look();
      const lines = rows.slice(from).map((row, i): HistoryRow => {
        const before = rows[from + i - 1] ?? BEGINNING;
        const values = { ...scalars(row, false), ...extras(before, row) };
        return { step: row.step, timeMs: row.time, runtimeMs: row.elapsedMs, values };
      });
      const final = from <= rows.length ? finalRow(rows) : undefined;
      return final ? [...lines, final] : lines;
    },
    system: (from) =>
      look()
        .filter((row) => Object.keys(row).some((name) => name.startsWith(SYSTEM)))
        .slice(from)
        .map((row) => ({ timeMs: row.time, runtimeMs: row.elapsedMs, values: scalars(row, true) })),
    log: (from) =>
      events
        .rows()
        .slice(from)
        .map(({ time, type, message }) => ({
          timeMs: time,
          level: type === "error" ? ("error" as const) : ("info" as const),
          text: `${type}: ${message}`,
        })),
    summary() {
      const latest = Object.assign({}, ...look().map((row) => scalars(row, false))) as Record<
        string,
        number
      >;
      return { ...latest, ...readSummary(folder)?.metrics };
    },
    ended() {
      const status = readRunStatus(folder);
      if (status === "done") return 0;
      return status === "failed" ? 1 : undefined;
    },
  };
}

const mediaName = ({ kind, codebook }: MediaRow) =>
  ["media", kind, codebook].filter(Boolean).join("/");
const usageName = ({ split, codebook }: UsageRow) => `usage/${split}/${codebook}`;

/** A name, whatever the row says: nothing outside media/ is sent. */
const pathOf = (folder: string, { file }: MediaRow) => join(folder, "media", basename(file));

const image = (folder: string, row: MediaRow): HistoryValue => {
  const { width, height, caption } = row;
  const png = () => new Uint8Array(readFileSync(pathOf(folder, row)));
  return { type: "image", png, width, height, caption };
};
const histogram = ({ counts }: UsageRow): HistoryValue => ({ type: "histogram", counts });
