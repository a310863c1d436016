import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  truncateSync,
} from "node:fs";
import type { z } from "zod";
import { writeAll } from "./atomic-file.js";
import { diskError } from "./disk-error.js";

const NEWLINE = 0x0a;

/**
 * Appends lines of JSON, one writer at a time. A row is in the file when `append` returns (it survives
 * `kill -9`); `sync` makes it survive a power cut.
 */
export class JsonlWriter {
  private readonly descriptor: number;

  constructor(private readonly path: string) {
    this.descriptor = openSync(path, "a");
    // A process killed inside `append` can leave half a line: it was never acknowledged.
    const bytes = readFileSync(path);
    const complete = bytes.lastIndexOf(NEWLINE) + 1;
    if (complete < bytes.length) ftruncateSync(this.descriptor, complete);
  }

  append(row: object): void {
    const before = fstatSync(this.descriptor).size;
    try {
      writeAll(this.descriptor, new TextEncoder().encode(`${JSON.stringify(row)}\n`));
    } catch (error) {
      ftruncateSync(this.descriptor, before);
      throw diskError(error, this.path);
    }
  }

  sync(): void {
    fsyncSync(this.descriptor);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}

/** Every complete line that parses and fits the schema. A missing file has no rows. */
export function readJsonl<T extends z.ZodType>(path: string, schema: T): z.output<T>[] {
  if (!existsSync(path)) return [];
  const text = readFileSync(path, "utf8");
  const complete = text.slice(0, text.lastIndexOf("\n") + 1);
  return complete.split("\n").flatMap((line) => {
    if (line === "") return [];
    try {
      const parsed = schema.safeParse(JSON.parse(line));
      return parsed.success ? [parsed.data] : [];
    } catch {
      return [];
    }
  });
}

/**
 * Cuts the file before its first row beyond `step`, so that a run that goes on from a checkpoint
 * records no step twice. Rows are in order of their steps.
 */
export function truncateAfterStep(path: string, step: number): void {
  if (!existsSync(path)) return;
  const bytes = readFileSync(path);
  let start = 0;
  while (start < bytes.length) {
    const end = bytes.indexOf(NEWLINE, start);
    const line = bytes.toString("utf8", start, end < 0 ? bytes.length : end);
    let row: { step?: number } = {};
    try {
      row = JSON.parse(line);
    } catch {
      break;
    }
    if (end < 0 || (row.step ?? 0) > step) break;
    start = end + 1;
  }
  if (start < bytes.length) truncateSync(path, start);
}
