import type { RunningDashboard } from "@fqgan/dashboard";
import { UserError } from "@fqgan/registry";
import { EXIT } from "../exit-codes.js";
import type { Globals } from "../program.js";

export async function loadDashboard() {
  return import("@fqgan/dashboard").catch((error: Error) => {
    throw new UserError(
      `dashboard: expected the package @fqgan/dashboard beside this one (${error.message}); ` +
        "install it, or run this command in the repository after npm ci",
    );
  });
}

export const logTo = (globals: Globals) => (line: string) => {
  if (!globals.quiet) process.stderr.write(`${line}\n`);
};

/** Serves the dashboard until Ctrl-C. */
export async function dashboard(
  globals: Globals,
  folder: string | undefined,
  options: { readonly port: number; readonly host?: string },
): Promise<number> {
  const runs = folder ?? globals.runs;
  const { startDashboard } = await loadDashboard();
  const running = await startDashboard({ runs, ...options, log: logTo(globals) });
  process.stdout.write(
    globals.json
      ? `${JSON.stringify({ url: running.url, runs })}\n`
      : `dashboard of ${runs}: ${running.url}  (Ctrl-C ends it)\n`,
  );
  return serveUntilStopped(running);
}

export async function serveUntilStopped(running: RunningDashboard): Promise<number> {
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  await running.close();
  return EXIT.done;
}

/** Writes the dashboard as a folder that needs no server. */
export async function dashboardExport(globals: Globals, out: string): Promise<number> {
  const { exportDashboard } = await loadDashboard();
  const written = await exportDashboard({ runs: globals.runs, out, log: logTo(globals) });
  process.stdout.write(
    globals.json
      ? `${JSON.stringify(written)}\n`
      : `${written.page}  (${written.runs} runs, ${written.pictures} pictures)\n`,
  );
  return EXIT.done;
}
