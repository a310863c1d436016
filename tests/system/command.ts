/** The command line as a process, for tests that kill it. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

export const ENTRY = resolve("packages/cli/src/main.ts");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts `fqgan` from the sources, in a process group of its own. */
export function fqgan(
  parameters: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Started {
  const child = spawn(
    process.execPath,
    ["--import", "tsx", "--conditions=@fqgan/source", ENTRY, ...parameters],
    {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...environment, FORCE_COLOR: undefined },
      detached: true,
    },
  );
  let stdout = "";
  let stderr = "";
  child.stdout!.on("data", (text) => {
    stdout += text;
  });
  child.stderr!.on("data", (text) => {
    stderr += text;
  });
  const ended = new Promise<Ended>((done) => {
    child.on("close", (code) => done({ code, stdout, stderr }));
  });
  return { child, ended };
}

/** A folder that is gone after the tests. */
export function temporaryFolder(name: string): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), `fqgan-${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));
