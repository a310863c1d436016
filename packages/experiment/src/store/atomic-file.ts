import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { FileBytes } from "@fqgan/tensor";
import { diskError } from "./disk-error.js";

/** One call takes less than 2 GiB. */
const MOST_BYTES = 2 ** 30;

/** Writes all of `bytes` to an open file. */
export function writeAll(descriptor: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) {
    const left = Math.min(bytes.length - written, MOST_BYTES);
    written += writeSync(descriptor, bytes, written, left);
  }
}

/** Makes a directory's entries durable (a rename or a new file is an entry). */
function syncDirectory(folder: string): void {
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Replaces a file in one step: a reader sees the old content or the new, never a part, whatever stops
 * this process or machine. When the disk is full the old content stays. Parts are written one after
 * another.
 */
export function writeFileAtomic(
  path: string,
  content: string | FileBytes,
  { durable = true }: { durable?: boolean } = {},
): void {
  const suffix = randomBytes(4).toString("hex");
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${suffix}.tmp`);
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const parts = bytes instanceof Uint8Array ? [bytes] : bytes;
  try {
    const descriptor = openSync(temporary, "wx");
    try {
      for (const part of parts) writeAll(descriptor, part);
      if (durable) fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
    if (durable) syncDirectory(dirname(path));
  } catch (error) {
    rmSync(temporary, { force: true });
    throw diskError(error, path);
  }
}

export function writeJsonAtomic(path: string, value: unknown): void {
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`);
}
