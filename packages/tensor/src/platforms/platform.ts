import type { FileBytes, OpenFile } from "../checkpoint/open-file.js";
import type { EngineStrategy } from "../engines/engine.js";

/** What one kind of place, Node or a browser, has. */
export interface Platform {
  /** What programs can run on. Of those on a GPU, `gpu` means the first that starts. */
  readonly engines: readonly EngineStrategy[];
  /** What `auto` means: the name of an engine, or `gpu`. */
  defaultEngine(): string;
  /** How many threads an engine gets that is not told. */
  defaultThreads(): number;
  /** @param what is expected there, for errors */
  openFile(path: string | URL, what: string): Promise<OpenFile>;
  /** Whole or not at all. */
  saveFile(path: string, bytes: FileBytes): Promise<void>;
}
