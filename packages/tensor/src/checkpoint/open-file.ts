import { platform } from "#platform";
import type { ByteSource } from "./pytorch/byte-source.js";

export interface OpenFile extends ByteSource {
  close(): Promise<void>;
}

/**
 * A file that is read in parts (Node only; browsers fetch bytes).
 * @param what is expected there, for errors: "a tokenizer's checkpoint"
 */
export const openFile = (path: string, what: string): Promise<OpenFile> =>
  platform.openFile(path, what);
