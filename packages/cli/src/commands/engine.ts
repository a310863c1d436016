import { execFile } from "node:child_process";
import { type EngineDescription, type EngineName, engines, startEngine } from "@fqgan/tensor";
import { EXIT } from "../exit-codes.js";
import { isInstalled } from "../installed.js";
import type { Globals } from "../program.js";

/** What became of the start of an engine. */
export type Started =
  | { readonly name: string; readonly description: EngineDescription }
  | { readonly name: string; readonly missing: string };

/** A driver that hangs is taken for one that is missing. */
const TIMEOUT_MS = 60_000;

/**
 * Tries the engines that not every machine has; those on a GPU in processes of their own, since a driver that
 * crashes would take this one along.
 */
export async function tryEngines({ entry }: Pick<Globals, "entry">): Promise<Started[]> {
  const special = engines.filter(({ gpu, packages }) => gpu || Object.keys(packages).length > 0);
  const tried = special.map(({ name, gpu, packages }) =>
    gpu && Object.keys(packages).every(isInstalled)
      ? tryApart(name, entry)
      : tryHere(name as EngineName),
  );
  return Promise.all(tried);
}

const tryHere = (name: EngineName): Promise<Started> =>
  startEngine({ engine: name }).then(
    (description) => ({ name, description }),
    (error: Error) => ({ name, missing: error.message }),
  );

const tryApart = (name: string, entry: string): Promise<Started> =>
  new Promise((resolve) => {
    const parameters = [...process.execArgv, entry, "engine", "check", name];
    execFile(process.execPath, parameters, { timeout: TIMEOUT_MS }, (error, stdout) => {
      try {
        resolve(JSON.parse(stdout.trim().split("\n").at(-1)!));
      } catch {
        const how = error?.signal ? `ended by ${error.signal}` : (error?.message ?? "said nothing");
        resolve({ name, missing: `engine ${name}: its start ${how.split("\n")[0]}` });
      }
    });
  });

/** The process in which `tryEngines` tries one engine. */
export async function engineCheck(_globals: Globals, name: EngineName): Promise<number> {
  process.stdout.write(`${JSON.stringify(await tryHere(name))}\n`);
  return EXIT.done;
}
