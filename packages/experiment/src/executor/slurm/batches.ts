import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { writeFileAtomic } from "../../store/atomic-file.js";
import { readRunLog } from "../../store/run-log.js";

const TAIL_BYTES = 2000;

/** An array that was submitted, or was about to be: `<runs>/slurm/<job name>/`. */
export interface Batch {
  readonly job: string;
  readonly folder: string;
  /** Run ids; task n is the n-th. */
  readonly ids: readonly string[];
  readonly submittedMs: number;
}

const batchesFolder = (runsFolder: string) => join(runsFolder, "slurm");

/**
 * Writes the list before anything is submitted. The job's name is the batch's, so the array can be found in
 * the queue even if this process dies before it hears that sbatch has taken it.
 */
export function createBatch(runsFolder: string, folders: readonly string[]): Batch {
  const job = `fqgan-${Date.now().toString(36)}-${randomBytes(3).toString("hex")}`;
  const folder = join(batchesFolder(runsFolder), job);
  mkdirSync(folder, { recursive: true });
  writeFileAtomic(join(folder, "stages.txt"), `${folders.join("\n")}\n`);
  return { job, folder, ids: folders.map((path) => basename(path)), submittedMs: Date.now() };
}

/** Newest first. */
export function listBatches(runsFolder: string): Batch[] {
  const parent = batchesFolder(runsFolder);
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .flatMap((job) => {
      const list = join(parent, job, "stages.txt");
      if (!existsSync(list)) return [];
      const ids = readFileSync(list, "utf8")
        .trim()
        .split("\n")
        .map((path) => basename(path));
      return [{ job, folder: join(parent, job), ids, submittedMs: statSync(list).mtimeMs }];
    })
    .sort((a, b) => b.submittedMs - a.submittedMs);
}

/** The last lines a task wrote, for a stage that died without a word: its run's log, or what came before it. */
export function taskLog({ folder }: Batch, { run, task }: { run: string; task: number }): string {
  const { text } = readRunLog(run, { bytes: TAIL_BYTES });
  if (text.trim() !== "") return text.trim();
  try {
    return readFileSync(join(folder, `${task}.log`), "utf8")
      .slice(-TAIL_BYTES)
      .trim();
  } catch {
    return "";
  }
}
