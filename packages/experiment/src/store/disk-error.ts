import { UserError } from "@fqgan/registry";

/** The disk (or quota) has no room. Everything written before is intact. */
export class DiskFullError extends UserError {}

/** No space left on the device; over a quota; over the process's limit on file sizes. */
const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** Turns the system's "no space left" into an error a person can act on; other errors pass through. */
export function diskError(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined && FULL.has(code))
    return new DiskFullError(
      `${path}: expected room to write, the disk is full (${code}); everything written before is ` +
        "intact: free some space and run the same command again",
    );
  return error;
}
