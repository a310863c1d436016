import { UserError } from "@fqgan/registry";
import { EXIT } from "../exit-codes.js";
import type { Globals } from "../program.js";

/** Serves the dashboard until Ctrl-C. */
export async function dashboard(
  globals: Globals,
  folder: string | undefined,
  options: { readonly port: number },
): Promise<number> {
  const runs = folder ?? globals.runs;
  const { startDashboard } = await import("@fqgan/dashboard").catch((error: Error) => {
    throw new UserError(
      `dashboard: expected the package @fqgan/dashboard beside this one (${error.message}); ` +
        "install it, or run this command in the repository after npm ci",
    );
  });
  const running = await startDashboard({
    runs,
    port: options.port,
    log: (line: string) => {
      if (!globals.quiet) process.stderr.write(`${line}\n`);
    },
  });
  process.stdout.write(
    globals.json
      ? `${JSON.stringify({ url: running.url, runs })}\n`
      : `dashboard of ${runs}: ${running.url}  (Ctrl-C ends it)\n`,
  );
  await new Promise<void>((resolve) => {
    process.once("SIGINT", resolve);
    process.once("SIGTERM", resolve);
  });
  await running.close();
  return EXIT.done;
}
