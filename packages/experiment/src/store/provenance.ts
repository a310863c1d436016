import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunConfig } from "../schema/run-format.js";

function git(folder: string, ...parameters: string[]): string | undefined {
  try {
    return execFileSync("git", ["-C", folder, ...parameters], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return undefined;
  }
}

/** The commit of the checkout at `folder` and whether it has changes; null outside git. */
export function gitRevision(folder: string): RunConfig["git"] {
  const commit = git(folder, "rev-parse", "HEAD");
  if (commit === undefined) return null;
  return { commit, dirty: git(folder, "status", "--porcelain", "--untracked-files=no") !== "" };
}

/** The version in the nearest package.json at or above a file. */
function versionAbove(file: string): string | undefined {
  let folder = dirname(file);
  while (!existsSync(join(folder, "package.json"))) {
    if (folder === dirname(folder)) return undefined;
    folder = dirname(folder);
  }
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;
}

/** Versions of what computes; packages that are not installed are left out. */
export function installedVersions(): Record<string, string> {
  const require = createRequire(import.meta.url);
  const named = ["onnxruntime-node", "@tensorflow/tfjs-core", "sharp"].flatMap((name) => {
    try {
      return [[name, versionAbove(require.resolve(name))] as const];
    } catch {
      return [];
    }
  });
  const found = [["fqgan", versionAbove(fileURLToPath(import.meta.url))] as const, ...named];
  return {
    ...Object.fromEntries(found.filter((entry): entry is [string, string] => !!entry[1])),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
  };
}
