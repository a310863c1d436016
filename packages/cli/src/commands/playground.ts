import { EXIT } from "../exit-codes.js";
import type { Globals } from "../program.js";
import { loadDashboard, logTo, serveUntilStopped } from "./dashboard.js";

/** Serves the playground until Ctrl-C; it needs no runs. */
export async function playground(
  globals: Globals,
  options: { readonly port: number; readonly host?: string },
): Promise<number> {
  const { startDashboard } = await loadDashboard();
  const { runs } = globals;
  const running = await startDashboard({
    runs,
    withoutRuns: true,
    ...options,
    log: logTo(globals),
  });
  const { origin, search } = new URL(running.url);
  const url = `${origin}/playground/${search}`;
  process.stdout.write(
    globals.json ? `${JSON.stringify({ url, runs })}\n` : `playground: ${url}  (Ctrl-C ends it)\n`,
  );
  return serveUntilStopped(running);
}

/** Writes the playground as a folder for static hosts. */
export async function playgroundExport(
  globals: Globals,
  out: string,
  options: { readonly from?: readonly string[]; readonly generator?: readonly string[] },
): Promise<number> {
  const { exportPlayground } = await loadDashboard();
  const written = await exportPlayground({
    runs: globals.runs,
    out,
    tokenizers: options.from ?? [],
    generators: options.generator ?? [],
    log: logTo(globals),
  });
  const { page, models, bytes } = written;
  process.stdout.write(
    globals.json
      ? `${JSON.stringify(written)}\n`
      : `${page}  (${models.join(", ")}; ${(bytes / 1e6).toFixed(1)} MB)\n`,
  );
  if (!globals.quiet && !globals.json)
    process.stderr.write(
      "Put the folder on any static host, or try it: npx http-server, python3 -m http.server. It can't be opened as a file.\n" +
        "With the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp\n" +
        "it uses several threads, without them one.\n",
    );
  return EXIT.done;
}
