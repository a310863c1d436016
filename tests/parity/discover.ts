import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { UserError } from "@fqgan/registry";
import type { ParityCase } from "./parity-case.js";

/**
 * The cases under a root, a group's folder or a single case (its folder or JSON file): every JSON file
 * with a `case`, and every folder of metrics (`expected.json` beside `FILES.json`). Names of folders
 * mean nothing.
 */
export function discoverCases(path: string): ParityCase[] {
  const start = resolve(path);
  if (!existsSync(start))
    throw new UserError(
      `--fixtures ${path}: expected a folder of cases or a case; nothing is there`,
    );
  const cases = statSync(start).isDirectory() ? inFolder(start) : inFile(start);
  if (cases.length === 0)
    throw new UserError(
      `--fixtures ${path}: expected JSON files with a "case"; found none; is this the right folder?`,
    );
  return cases;
}

function inFolder(folder: string): ParityCase[] {
  if (existsSync(join(folder, "expected.json")) && existsSync(join(folder, "FILES.json"))) {
    const file = join(folder, "expected.json");
    return [{ kind: "metrics", id: `metrics/${basename(folder)}`, file, folder, meta: {} }];
  }
  const entries = readdirSync(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const child = join(folder, entry.name);
    if (entry.isDirectory()) return inFolder(child);
    return entry.name.endsWith(".json") ? inFile(child) : [];
  });
}

/** JSON without a `case` (traces, notes) is no case, unless it is a folder's `meta.json`. */
function inFile(file: string): ParityCase[] {
  let meta: unknown;
  try {
    meta = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(`${file}: not JSON: ${(error as Error).message}`);
  }
  const id = (meta as { case?: unknown } | null)?.case;
  if (typeof id !== "string") {
    if (basename(file) !== "meta.json") return [];
    throw new UserError(`${file}: expected "case": "<kind>/<name>", got ${JSON.stringify(id)}`);
  }
  const kind = id.split("/")[0]!;
  return [{ kind, id, file, folder: dirname(file), meta: meta as Record<string, unknown> }];
}
