import { basename, join } from "node:path";
import { findRunFolders, wandbRun } from "@fqgan/experiment";
import { UserError } from "@fqgan/registry";
import { Transport, WandbApi, wandbMode } from "@fqgan/tracking";
import { EXIT } from "../exit-codes.js";
import { createStyle } from "../output/style.js";
import type { Globals } from "../program.js";
import { trackingTarget } from "./tracking.js";

/** Sends to W&B what it does not have yet. Run it as often as you like: nothing arrives twice. */
export async function sync(
  globals: Globals,
  references: readonly string[],
  options: { readonly project?: string; readonly entity?: string; readonly group?: string },
): Promise<number> {
  if (wandbMode() === "disabled")
    throw new UserError("sync: WANDB_MODE is disabled; unset it to send runs");
  const { settings, as } = trackingTarget(options);
  const folders = findRunFolders(globals.runs, references);
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  const api = new WandbApi(settings, new Transport(), stop.signal);
  const { green, red, dim } = createStyle(process.stderr);
  const results: { id: string; complete: boolean; requests: number; error?: string }[] = [];
  for (const [i, { folder, sweep }] of folders.entries()) {
    if (stop.signal.aborted) break;
    const id = basename(folder);
    const group = options.group ?? sweep;
    try {
      const { complete, requests } = await wandbRun(folder, {
        api,
        as: { ...as, ...(group !== undefined && { group }) },
      }).push();
      results.push({ id, complete, requests });
      const what = requests === 0 ? "nothing new" : complete ? "complete" : "sent so far";
      if (!globals.quiet)
        process.stderr.write(`  ${i + 1}/${folders.length} ${green("✓")} ${id} ${dim(what)}\n`);
    } catch (error) {
      const { message } = error as Error;
      results.push({ id, complete: false, requests: 0, error: message });
      process.stderr.write(`  ${i + 1}/${folders.length} ${red("✗")} ${id} ${message}\n`);
    }
  }
  const failed = results.filter(({ error }) => error !== undefined).length;
  const target = join(as.entity ?? "your entity", as.project);
  process.stdout.write(
    globals.json
      ? `${JSON.stringify(results, null, 2)}\n`
      : `${results.length - failed} of ${folders.length} runs are on ${settings.baseUrl} in ${target}\n`,
  );
  if (stop.signal.aborted) return EXIT.stopped;
  return failed > 0 ? EXIT.failed : EXIT.done;
}
