import { fileURLToPath } from "node:url";
import type { Measured, Subject } from "./alternate.js";

/** A comparison: what is done, and by whom. The first subject is ours. */
export interface Benchmark {
  readonly title: string;
  readonly subjects: readonly Subject[];
  readonly rounds: number;
  /** Steps of each subject before the first round. */
  readonly warmUp: number;
  /** What the table does not say, from the measurements in their order. */
  conclude?(measured: readonly Measured[]): string;
}

/** An option of this benchmark on the command line: `--batch 8`. */
export function option(name: string, fallback: string): string {
  const place = process.argv.indexOf(`--${name}`);
  return place < 0 ? fallback : (process.argv[place + 1] ?? fallback);
}

const path = (relative: string) => fileURLToPath(new URL(`../${relative}`, import.meta.url));

/** A script of this folder in a Node process of its own. */
export const nodeSubject = (name: string, script: string, ...args: string[]): Subject => ({
  name,
  command: [
    process.execPath,
    "--import",
    "tsx",
    "--conditions=@fqgan/source",
    path(script),
    ...args,
  ],
});

/** A script of `pytorch/`, run by the system's Python, which has Debian's python3-torch. */
export const pythonSubject = (name: string, script: string, ...args: string[]): Subject => ({
  name,
  command: ["/usr/bin/python3", path(`pytorch/${script}`), ...args],
});
