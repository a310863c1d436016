import { closeSync, fstatSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** What the processes of a run printed, one attempt after another; also what a runtime wrote when it died. */
export const RUN_LOG = "log.txt";

/** The log of a new attempt, for handing to its process as output. */
export interface OpenRunLog {
  readonly descriptor: number;
  /** Bytes of earlier attempts, and of the line that begins this one. */
  readonly start: number;
}

/** Opens a run's log behind what is in it; undefined where the disk has no room for it. */
export function openRunLog(folder: string): OpenRunLog | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(join(folder, RUN_LOG), "a");
    writeSync(descriptor, `--- ${new Date().toISOString()} on ${hostname()}\n`);
    return { descriptor, start: fstatSync(descriptor).size };
  } catch {
    if (descriptor !== undefined) closeSync(descriptor);
    return undefined;
  }
}

/** The end of a run's log. */
export interface RunLogTail {
  readonly text: string;
  /** Bytes of the whole log. */
  readonly size: number;
  /** Where the text begins, in bytes. */
  readonly start: number;
}

/** At most the last `bytes` of a run's log, nothing before `from`; empty where there is none. */
export function readRunLog(
  folder: string,
  { bytes, from = 0 }: { readonly bytes: number; readonly from?: number },
): RunLogTail {
  const path = join(folder, RUN_LOG);
  // Opening anything but a file could wait forever.
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return { text: "", size: 0, start: 0 };
  const descriptor = openSync(path, "r");
  try {
    const { size } = fstatSync(descriptor);
    const start = Math.min(size, Math.max(from, size - bytes));
    const buffer = Buffer.alloc(size - start);
    const read = readSync(descriptor, buffer, 0, buffer.length, start);
    return { text: buffer.toString("utf8", 0, read), size, start };
  } finally {
    closeSync(descriptor);
  }
}
