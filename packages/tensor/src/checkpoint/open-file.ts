import { platform } from "#platform";
import type { ByteSource } from "./pytorch/byte-source.js";

/** A file that is read in parts, to be closed. */
export interface OpenFile extends ByteSource {
  close(): Promise<void>;
}

/**
 * A file that is read in parts (Node only; browsers fetch bytes).
 * @param what is expected there, for errors: "a tokenizer's checkpoint"
 */
export const openFile = (path: string | URL, what: string): Promise<OpenFile> =>
  platform.openFile(path, what);

/** Bytes of a file, whole or in parts: `safetensorsParts`. */
export type FileBytes = Uint8Array | readonly Uint8Array[];

/** Writes a file whole or not at all (Node only). */
export const saveFile = (path: string, bytes: FileBytes): Promise<void> =>
  platform.saveFile(path, bytes);
