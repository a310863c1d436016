import { open } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { UserError } from "@fqgan/registry";
import type { OpenFile } from "../checkpoint/open-file.js";

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EISDIR: "a folder",
  EACCES: "a file that must not be read",
};

/** One call reads less than 2 GiB. */
const MOST_BYTES = 2 ** 30;

/** A file that is read in parts. */
export async function openNodeFile(source: string | URL, what: string): Promise<OpenFile> {
  const path = typeof source === "string" ? source : fileURLToPath(source);
  const refuse = (error: NodeJS.ErrnoException): never => {
    const found = REASONS[error.code ?? ""] ?? error.message;
    throw new UserError(`${path}: expected ${what}, got ${found}`);
  };
  const file = await open(path).catch(refuse);
  const { size } = await file.stat();
  return {
    size,
    async read(offset, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
      let done = 0;
      while (done < bytes.length) {
        const left = Math.min(bytes.length - done, MOST_BYTES);
        const { bytesRead } = await file.read(bytes, done, left, offset + done).catch(refuse);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return bytes.subarray(0, done);
    },
    close: () => file.close(),
  };
}
