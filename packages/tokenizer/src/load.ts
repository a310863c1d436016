import { UserError } from "@fqgan/registry";
import type { HostTensor } from "@fqgan/tensor";
import { decodeTokenizer, encodeTokenizer } from "./checkpoint.js";
import type { Tokenizer } from "./tokenizer.js";

/** The tokenizer in a checkpoint: its file's path or its bytes. */
export async function loadTokenizer(source: string | Uint8Array): Promise<Tokenizer> {
  if (typeof source !== "string") return decodeTokenizer(source, "these bytes");
  // Only here, so that browsers can load bytes.
  const { readFile } = await import("node:fs/promises");
  const bytes = await readFile(source).catch((error: NodeJS.ErrnoException) => {
    const reasons: Record<string, string> = { ENOENT: "no such file", EISDIR: "a folder" };
    throw new UserError(
      `${source}: expected a tokenizer's checkpoint, got ${reasons[error.code ?? ""] ?? error.message}`,
    );
  });
  return decodeTokenizer(bytes, source);
}

/**
 * Writes a checkpoint that `loadTokenizer` reads, whole or not at all.
 * @param weights replaces the tokenizer's own, for instance by their moving average
 */
export async function saveTokenizer(
  path: string,
  tokenizer: Tokenizer,
  weights?: Record<string, HostTensor>,
): Promise<void> {
  const { rename, rm, writeFile } = await import("node:fs/promises");
  const bytes = await encodeTokenizer(tokenizer, weights);
  const partial = `${path}.${process.pid}.partial`;
  try {
    await writeFile(partial, bytes, { flush: true });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
