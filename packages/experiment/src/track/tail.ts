import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import type { z } from "zod";

const NEWLINE = 0x0a;

/** The rows of a growing file of JSON lines; each look reads only what is new. */
export class Tail<T extends z.ZodType> {
  private parsed: z.output<T>[] = [];
  private offset = 0;

  constructor(
    private readonly path: string,
    private readonly schema: T,
  ) {}

  /** Every complete row so far. */
  rows(): readonly z.output<T>[] {
    let descriptor: number;
    try {
      descriptor = openSync(this.path, "r");
    } catch {
      return this.parsed;
    }
    try {
      const { size } = fstatSync(descriptor);
      // A run that goes on from a checkpoint has cut it.
      if (size < this.offset) this.reset();
      const bytes = Buffer.alloc(size - this.offset);
      readSync(descriptor, bytes, 0, bytes.length, this.offset);
      const complete = bytes.lastIndexOf(NEWLINE) + 1;
      this.offset += complete;
      for (const line of bytes.toString("utf8", 0, complete).split("\n")) this.add(line);
    } finally {
      closeSync(descriptor);
    }
    return this.parsed;
  }

  /** Reads from the beginning at the next look. */
  reset(): void {
    this.parsed = [];
    this.offset = 0;
  }

  private add(line: string): void {
    if (line === "") return;
    try {
      const { success, data } = this.schema.safeParse(JSON.parse(line));
      if (success) this.parsed.push(data);
    } catch {
      // Not a row.
    }
  }
}
