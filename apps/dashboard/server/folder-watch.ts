import { statSync } from "node:fs";
import { basename, join } from "node:path";
import { listRunFolders } from "@fqgan/experiment";

const WATCHED = [
  "config.json",
  "metrics.jsonl",
  "events.jsonl",
  "media.jsonl",
  "progress.json",
  "summary.json",
  "done",
  "failed",
  "claim",
];

/** Tells who listens which runs have changed. Looks at file times, so it works on shared file systems. */
export class FolderWatch {
  private readonly listeners = new Set<(ids: string[]) => void>();
  private seen = new Map<string, string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly runsFolder: string,
    private readonly intervalMs: number,
  ) {}

  /** Calls `listener` with the ids of changed runs until the returned function is called. */
  listen(listener: (ids: string[]) => void): () => void {
    this.listeners.add(listener);
    if (!this.timer) {
      this.seen = this.fingerprints();
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
    const now = this.fingerprints();
    const changed = [...now].filter(([id, print]) => this.seen.get(id) !== print).map(([id]) => id);
    const gone = [...this.seen.keys()].filter((id) => !now.has(id));
    this.seen = now;
    const ids = [...changed, ...gone];
    if (ids.length > 0) for (const listener of this.listeners) listener(ids);
  }

  private fingerprints(): Map<string, string> {
    const print = (folder: string) =>
      WATCHED.map((file) => {
        const stat = statSync(join(folder, file), { throwIfNoEntry: false });
        return stat ? `${stat.size}@${stat.mtimeMs}` : "";
      }).join("|");
    return new Map(
      listRunFolders(this.runsFolder).map((folder) => [basename(folder), print(folder)]),
    );
  }
}
