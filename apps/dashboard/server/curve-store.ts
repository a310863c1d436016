import { closeSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";

/** One metric of a run: `value[i]` was logged in row `row[i]`. */
export interface Column {
  readonly row: number[];
  readonly value: number[];
}

/** What a run has logged, by column. */
export interface Rows {
  readonly step: number[];
  /** Seconds spent on the run, pauses left out. */
  readonly seconds: number[];
  readonly columns: Map<string, Column>;
}

interface Entry {
  /** Bytes read so far: always just behind a newline. */
  offset: number;
  /** The last bytes before `offset`. Others there now mean that the file was cut and written anew. */
  tail: Buffer;
  rows: Rows;
}

const NEWLINE = 0x0a;
const CHUNK = 1 << 20;
const TAIL = 64;
const COORDINATES = new Set(["step", "time", "elapsedMs"]);

const empty = (): Entry => ({
  offset: 0,
  tail: Buffer.alloc(0),
  rows: { step: [], seconds: [], columns: new Map() },
});

/**
 * Reads `metrics.jsonl` as it grows: what was read is kept, only new lines are parsed. Keeps the runs that
 * were asked for last and forgets the others.
 */
export class CurveStore {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly keptRuns = 64) {}

  read(folder: string): Rows {
    const path = join(folder, "metrics.jsonl");
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    let entry = this.entries.get(folder) ?? empty();
    this.entries.delete(folder);
    if (size > 0 && !isUnchanged(path, entry, size)) entry = empty();
    if (size === 0) entry = empty();
    else if (size > entry.offset) append(path, entry, size);
    this.entries.set(folder, entry);
    if (this.entries.size > this.keptRuns) this.entries.delete(this.entries.keys().next().value!);
    return entry.rows;
  }
}

function readBytes(path: string, start: number, length: number): Buffer {
  const file = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(length);
    return buffer.subarray(0, readSync(file, buffer, 0, length, start));
  } finally {
    closeSync(file);
  }
}

/** A run that goes on from a checkpoint has cut its file back to that step. */
function isUnchanged(path: string, { offset, tail }: Entry, size: number): boolean {
  if (size < offset) return false;
  return tail.equals(readBytes(path, offset - tail.length, tail.length));
}

function append(path: string, entry: Entry, size: number): void {
  let rest = Buffer.alloc(0);
  for (let position = entry.offset; position < size; position += CHUNK) {
    const bytes = Buffer.concat([
      rest,
      readBytes(path, position, Math.min(CHUNK, size - position)),
    ]);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    for (const line of bytes.toString("utf8", 0, end).split("\n")) addRow(entry.rows, line);
    entry.offset += end;
    if (end > 0) entry.tail = Buffer.from(bytes.subarray(Math.max(0, end - TAIL), end));
    rest = Buffer.from(bytes.subarray(end));
  }
}

/** A line that is no row of metrics is left out. */
function addRow({ step, seconds, columns }: Rows, line: string): void {
  if (line === "") return;
  let row: Record<string, unknown>;
  try {
    row = JSON.parse(line);
  } catch {
    return;
  }
  if (typeof row?.step !== "number") return;
  const index = step.push(row.step) - 1;
  seconds.push(Number(row.elapsedMs ?? 0) / 1000);
  for (const name in row) {
    if (COORDINATES.has(name)) continue;
    let column = columns.get(name);
    if (!column) {
      column = { row: [], value: [] };
      columns.set(name, column);
    }
    column.row.push(index);
    column.value.push(Number(row[name]));
  }
}
