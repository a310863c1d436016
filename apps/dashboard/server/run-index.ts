import { statSync } from "node:fs";
import { basename, join } from "node:path";
import { listRunFolders } from "@fqgan/experiment";
import type { RunRow } from "./api-types.js";
import { viewRun } from "./run-view.js";

const WATCHED = [
  "done",
  "config.json",
  "summary.json",
  "metrics.jsonl",
  "events.jsonl",
  "media.jsonl",
  "progress.json",
  "log.txt",
  "failed",
  "claim",
];

/**
 * The rows of all runs, and which of them change. Only what is in the folders counts: this is a memory of
 * what was read, by file sizes and times (so it works on shared file systems), never a second truth.
 */
export class RunIndex {
  private readonly listeners = new Set<(ids: string[]) => void>();
  private prints = new Map<string, string>();
  private rows = new Map<string, { print: string; row: RunRow }>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    readonly runsFolder: string,
    private readonly intervalMs: number,
  ) {}

  /** Every run, the last changed first. */
  list(): RunRow[] {
    const known = this.rows;
    this.rows = new Map();
    for (const [id, print] of fingerprints(this.runsFolder)) {
      const before = known.get(id);
      // Whether a process is still alive shows in no file.
      const row =
        before?.print === print && before.row.status === "done"
          ? before.row
          : viewRun(join(this.runsFolder, id));
      this.rows.set(id, { print, row });
    }
    return [...this.rows.values()]
      .map(({ row }) => row)
      .sort((a, b) => b.updatedMs - a.updatedMs || a.id.localeCompare(b.id));
  }

  /** Calls `listener` with the ids of changed runs until the returned function is called. */
  listen(listener: (ids: string[]) => void): () => void {
    this.listeners.add(listener);
    if (!this.timer) {
      this.prints = fingerprints(this.runsFolder);
      this.timer = setInterval(() => this.look(), this.intervalMs);
    }
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.stop();
    };
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private look(): void {
    const now = fingerprints(this.runsFolder);
    const changed = [...now]
      .filter(([id, print]) => this.prints.get(id) !== print)
      .map(([id]) => id);
    const gone = [...this.prints.keys()].filter((id) => !now.has(id));
    this.prints = now;
    const ids = [...changed, ...gone];
    if (ids.length > 0) for (const listener of this.listeners) listener(ids);
  }
}

function fingerprints(runsFolder: string): Map<string, string> {
  const print = (folder: string) => {
    let text = "";
    for (const file of WATCHED) {
      const stat = statSync(join(folder, file), { throwIfNoEntry: false });
      text += stat ? `${stat.size}@${stat.mtimeMs}|` : "|";
      // A finished run changes by losing this mark, or as a whole.
      if (stat && file === "done") break;
    }
    return text;
  };
  return new Map(listRunFolders(runsFolder).map((folder) => [basename(folder), print(folder)]));
}
