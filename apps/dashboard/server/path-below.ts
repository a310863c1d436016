import { existsSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";

/** The path of a file below `root`, or undefined if it is missing or lies outside (links followed). */
export function pathBelow(root: string, ...parts: readonly string[]): string | undefined {
  if (parts.some((part) => part === "" || part === "." || part === ".." || /[/\\\0]/.test(part)))
    return undefined;
  const path = join(root, ...parts);
  if (!existsSync(path)) return undefined;
  const inside = realpathSync(path).startsWith(realpathSync(root) + sep);
  return inside ? path : undefined;
}
