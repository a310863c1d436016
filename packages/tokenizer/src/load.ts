import { UserError } from "@fqgan/registry";
import { type ByteSource, byteSource, type HostTensor } from "@fqgan/tensor";
import { decodeTokenizer, encodeTokenizer } from "./checkpoint.js";
import { importFqganCheckpoint } from "./import/fqgan-checkpoint.js";
import type { Tokenizer } from "./tokenizer.js";

/**
 * The tokenizer in a file or its bytes: a checkpoint of ours, or one of FQGAN's reference implementation
 * at its published sizes (`importFqganCheckpoint` takes others).
 */
export async function loadTokenizer(source: string | Uint8Array): Promise<Tokenizer> {
  if (typeof source !== "string") return read(byteSource(source), "these bytes");
  // Only here, so that browsers can load bytes.
  const { open } = await import("node:fs/promises");
  const reasons: Record<string, string> = { ENOENT: "no such file", EISDIR: "a folder" };
  const refuse = (error: NodeJS.ErrnoException): never => {
    const found = reasons[error.code ?? ""] ?? error.message;
    throw new UserError(`${source}: expected a tokenizer's checkpoint, got ${found}`);
  };
  const file = await open(source).catch(refuse);
  try {
    const { size } = await file.stat();
    const part = async (offset: number, length: number) => {
      const bytes = new Uint8Array(length);
      const { bytesRead } = await file.read(bytes, 0, length, offset).catch(refuse);
      return bytes.subarray(0, bytesRead);
    };
    return await read({ size, read: part }, source);
  } finally {
    await file.close();
  }
}

async function read(source: ByteSource, where: string): Promise<Tokenizer> {
  const start = await source.read(0, Math.min(4, source.size));
  const isZip = start[0] === 0x50 && start[1] === 0x4b;
  // PyTorch's files are large and hold optimizers too: only what is needed is read of them.
  if (isZip) return importFqganCheckpoint(source, {}, where);
  return decodeTokenizer(await source.read(0, source.size), where);
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
