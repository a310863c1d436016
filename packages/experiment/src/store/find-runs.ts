import { existsSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { nearest, UserError } from "@fqgan/registry";
import { listRunFolders } from "./read-run.js";
import { listSweeps, readSweepRecord } from "./sweep-store.js";

/** A run's folder and the sweep that it is part of. */
export interface RunInSweep {
  readonly folder: string;
  /** The first sweep that it is part of. */
  readonly sweep: string | undefined;
}

/** The run folders that references mean: folders, ids, sweeps; all of them without any. */
export function findRunFolders(runsFolder: string, references: readonly string[]): RunInSweep[] {
  const sweeps = listSweeps(runsFolder).map((name) => ({
    name,
    ids: readSweepRecord(runsFolder, name).order,
  }));
  const place = (folder: string): RunInSweep => ({
    folder,
    sweep: sweeps.find(({ ids }) => ids.includes(basename(folder)))?.name,
  });
  const all = listRunFolders(runsFolder);
  if (references.length === 0) return all.map(place);
  const folders = references.flatMap((reference) => {
    if (existsSync(join(reference, "config.json"))) return [resolve(reference)];
    const ofSweep = sweeps.find(({ name }) => name === reference)?.ids;
    const wanted = all.filter((folder) =>
      ofSweep ? ofSweep.includes(basename(folder)) : basename(folder).startsWith(reference),
    );
    if (wanted.length > 0) return wanted;
    const near = nearest(reference, [
      ...sweeps.map(({ name }) => name),
      ...all.map((path) => basename(path)),
    ]);
    throw new UserError(
      `${reference}: no run or sweep of that name in ${runsFolder}; ` +
        `${near ? `did you mean "${near}"? ` : ""}\`fqgan list runs\` shows what there is`,
    );
  });
  return [...new Set(folders)].map(place);
}
