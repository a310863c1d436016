import { statSync } from "node:fs";
import { basename, join } from "node:path";
import {
  type Protocol,
  readEvents,
  readFailure,
  readMedia,
  readProgress,
  readRunConfig,
  readRunStatus,
  readSummary,
} from "@fqgan/experiment";
import type { RunDetail, RunRow } from "./api-types.js";

const modifiedMs = (path: string): number =>
  statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** A run folder as one row of the table. A folder that cannot be read is a row that says why. */
export function viewRun(folder: string): RunRow {
  const id = basename(folder);
  const updatedMs = Math.max(
    ...["config.json", "metrics.jsonl", "summary.json", "done", "failed"].map((file) =>
      modifiedMs(join(folder, file)),
    ),
  );
  try {
    const config = readRunConfig(folder);
    const status = readRunStatus(folder);
    const progress = status === "done" ? undefined : readProgress(folder);
    const failure = readFailure(folder);
    return {
      id,
      label: config.label,
      kind: config.kind,
      status,
      seed: config.seed,
      createdMs: Date.parse(config.createdAt),
      updatedMs,
      ...(progress && {
        progress: {
          step: progress.step,
          total: progress.total,
          ...(progress.secondsLeft !== null && { secondsLeft: progress.secondsLeft }),
        },
      }),
      summary: readSummary(folder)?.metrics ?? {},
      ...(failure && status === "failed" && { problem: `${failure.reason}: ${failure.message}` }),
    };
  } catch (error) {
    return {
      id,
      label: id,
      kind: "unreadable",
      status: "failed",
      seed: 0,
      createdMs: updatedMs,
      updatedMs,
      summary: {},
      problem: error instanceof Error ? error.message : String(error),
    };
  }
}

function describeProtocol({ split, images, extractor, note }: Protocol): string {
  return [`${split} split, N = ${images}`, extractor, note].filter(Boolean).join(" · ");
}

/** Everything about one run but its curves. */
export function viewRunDetail(folder: string): RunDetail {
  const row = viewRun(folder);
  if (row.kind === "unreadable")
    return { ...row, config: null, inputs: [], events: [], media: [], protocol: {} };
  const { config, inputs, git, versions, createdAt } = readRunConfig(folder);
  const protocols = Object.entries(readSummary(folder)?.protocols ?? {});
  return {
    ...row,
    config: { config, createdAt, git, versions },
    inputs: Object.values(inputs),
    events: readEvents(folder)
      .slice(-500)
      .reverse()
      .map(({ time, type, message }) => ({ time: new Date(time).toISOString(), type, message })),
    media: readMedia(folder).map(({ file, kind, codebook, items, ...row }) => ({
      file: basename(file),
      kind: codebook ? `${kind}: ${codebook}` : kind,
      step: row.step,
      caption: row.caption,
      columns: row.columns,
      rows: row.rows,
      ...(items && { items }),
    })),
    protocol: Object.fromEntries(protocols.map(([name, value]) => [name, describeProtocol(value)])),
  };
}
