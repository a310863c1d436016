import { readFileSync } from "node:fs";
import { basename } from "node:path";

/** A page's first heading, without its marks. */
export function titleOf(file: string): string {
  const heading = /^# (.*)$/m.exec(readFileSync(file, "utf8"))?.[1];
  return heading?.replace(/[`*\\]/g, "") ?? basename(file, ".md");
}
