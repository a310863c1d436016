import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { nearest, parseConfig, UserError } from "@fqgan/registry";
import { type SweepRecord, sweepRecordSchema } from "../schema/sweep-format.js";
import { writeJsonAtomic } from "./atomic-file.js";

const sweepsFolder = (runsFolder: string) => join(runsFolder, "sweeps");

/** Where a sweep's own files are. */
export function sweepFolder(runsFolder: string, name: string): string {
  return join(sweepsFolder(runsFolder), name);
}

/** Writes `sweeps/<name>/sweep.json`; starting the same sweep again replaces it by the same. */
export function writeSweepRecord(runsFolder: string, record: SweepRecord): string {
  const folder = sweepFolder(runsFolder, record.name);
  mkdirSync(folder, { recursive: true });
  writeJsonAtomic(join(folder, "sweep.json"), record);
  return folder;
}

/** Names of the sweeps in a folder of runs. */
export function listSweeps(runsFolder: string): string[] {
  const folder = sweepsFolder(runsFolder);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, "sweep.json")))
    .sort();
}

/** A sweep by name; an unknown one is a UserError that names the nearest. */
export function readSweepRecord(runsFolder: string, name: string): SweepRecord {
  const names = listSweeps(runsFolder);
  if (!names.includes(name)) {
    const near = nearest(name, names);
    const known = names.length > 0 ? `known: ${names.join(", ")}` : "there is none yet";
    throw new UserError(
      `${sweepsFolder(runsFolder)}: no sweep named "${name}"; ` +
        `${near ? `did you mean "${near}"? ` : ""}${known}; \`fqgan sweep run <file>\` makes one`,
    );
  }
  const path = join(sweepFolder(runsFolder, name), "sweep.json");
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new UserError(
      `${path}: expected JSON; the file is damaged: start the sweep again, its runs are kept`,
    );
  }
  return parseConfig(sweepRecordSchema, content, path);
}
