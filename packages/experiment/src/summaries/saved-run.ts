import { join } from "node:path";
import { readDone, readRunConfig, readRunStatus, readSummary } from "../store/read-run.js";
import type { SavedRun } from "./summaries-file.js";

/** A finished run's folder as a line of a summaries file; undefined while it is not finished. */
export function savedRun(runsFolder: string, id: string): SavedRun | undefined {
  const folder = join(runsFolder, id);
  const summary = readRunStatus(folder) === "done" ? readSummary(folder) : undefined;
  if (!summary) return undefined;
  const { kind, label, seed, git } = readRunConfig(folder);
  return { id, kind, label, seed, git, elapsedMs: readDone(folder)?.elapsedMs ?? 0, summary };
}

/**
 * What is left to do of stages, inputs first: those whose numbers are known already are left out, unless one
 * that is left needs them.
 */
export function stagesLeft<
  Stage extends { readonly id: string; readonly inputs: Readonly<Record<string, string>> },
>(stages: readonly Stage[], isKnown: (id: string) => boolean): Stage[] {
  const needed = new Set<string>();
  const left: Stage[] = [];
  for (const stage of [...stages].reverse()) {
    if (isKnown(stage.id) && !needed.has(stage.id)) continue;
    left.unshift(stage);
    for (const input of Object.values(stage.inputs)) needed.add(input);
  }
  return left;
}
