import { homedir } from "node:os";
import { join } from "node:path";

/** Where a user's computer keeps what can be made again, by kind: `~/.cache/fqgan/<kind>`. */
export const cacheFolder = (kind: string): string =>
  join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "fqgan", kind);
