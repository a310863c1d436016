import { rename, rm, writeFile } from "node:fs/promises";

/** Beside its place first, then renamed: a reader never sees half a file. */
export async function saveNodeFile(path: string, bytes: Uint8Array): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  try {
    await writeFile(partial, bytes, { flush: true });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
