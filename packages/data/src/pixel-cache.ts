/** Decoded images kept on disk, so that the next run of a sweep need not decode them again. */
import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import path from "node:path";
import { hostTensor, loadCheckpoint, safetensorsParts, saveFile } from "@fqgan/tensor";

/** Part of every key: raised when decoding or cropping gives other pixels. */
const FORMAT_VERSION = 1;

export const defaultCacheFolder = () =>
  path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), ".cache"), "fqgan", "images");

/** The file for these contents: `key` must hold everything that the pixels depend on. */
export function cachePath(folder: string, key: unknown): string {
  const text = JSON.stringify([FORMAT_VERSION, key]);
  return path.join(
    folder,
    `${createHash("sha256").update(text).digest("hex").slice(0, 32)}.safetensors`,
  );
}

export interface CachedPixels {
  readonly pixels: Uint8Array;
  /** Anything that must be remembered beside them. */
  readonly note: string;
}

/** What was stored, or undefined when there is nothing (complete) of the expected length. */
export async function readPixels(file: string, length: number): Promise<CachedPixels | undefined> {
  try {
    const { tensors, metadata } = await loadCheckpoint(file, "decoded images");
    const pixels = tensors.pixels?.data;
    if (!(pixels instanceof Uint8Array) || pixels.length !== length) return undefined;
    return { pixels, note: metadata.note ?? "" };
  } catch {
    return undefined; // absent or damaged: decoded again
  }
}

/** Stores atomically. A cache that can't be written (no space, read-only) is no error. */
export async function writePixels(file: string, { pixels, note }: CachedPixels): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    const tensors = { pixels: hostTensor(pixels) };
    await saveFile(file, safetensorsParts({ tensors, metadata: { note } }));
  } catch {
    // it will be made again
  }
}
