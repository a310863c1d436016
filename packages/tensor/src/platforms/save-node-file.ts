import { rename, rm, writeFile } from "node:fs/promises";
import type { FileBytes } from "../checkpoint/open-file.js";

/** Beside its place first, then renamed: a reader never sees half a file. */
export async function saveNodeFile(path: string, bytes: FileBytes): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  try {
    await writeFile(partial, bytes, { flush: true });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
