import { execFileSync } from "node:child_process";
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
