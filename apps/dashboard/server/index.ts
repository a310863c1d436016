import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { UserError } from "@fqgan/registry";
import { serve } from "@hono/node-server";
import { createApp } from "./app.js";
import { ModelStore } from "./playground/model-store.js";
import { RunIndex } from "./run-index.js";
import { loadPlaygroundAssets, loadWebAssets } from "./web-assets.js";

export { type ExportedDashboard, type ExportOptions, exportDashboard } from "./export.js";
export {
  type ExportedPlayground,
  type ExportPlaygroundOptions,
  exportPlayground,
} from "./playground/static-site.js";

export interface DashboardOptions {
  /** Folder of run folders. */
  readonly runs: string;
  /** Goes on where there are no runs: the playground needs none. Default: an error. */
  readonly withoutRuns?: boolean;
  /** Port to listen on; 0 takes any free one. Default 7860. */
  readonly port?: number;
  /** Address to listen on; default 127.0.0.1. Any other one asks every visitor for a token. */
  readonly host?: string;
  /** Called with what happens, a line at a time. */
  readonly log?: (line: string) => void;
}

export interface RunningDashboard {
  /** http://127.0.0.1:<port>, or with another host its name and the token. */
  readonly url: string;
  close(): Promise<void>;
}

const LOOPBACK = "127.0.0.1";

/**
 * Serves the dashboard over a folder of runs, read-only.
 * @throws UserError when the folder does not exist or the port is taken
 */
export async function startDashboard(options: DashboardOptions): Promise<RunningDashboard> {
  const {
    runs,
    withoutRuns = false,
    port = 7860,
    host = LOOPBACK,
    log = () => undefined,
  } = options;
  if (!existsSync(runs) && !withoutRuns)
    throw new UserError(
      `${runs}: expected a folder of runs, found nothing; \`fqgan sweep run\` or \`fqgan train\` makes one`,
    );
  const index = new RunIndex(runs, 1000);
  const assets = await loadWebAssets(log);
  const playground = { assets: await loadPlaygroundAssets(log), store: new ModelStore({ log }) };
  const token = host === LOOPBACK ? undefined : randomBytes(18).toString("base64url");
  const app = createApp({ index, assets, playground, hosts: [], token });
  const server = serve({ fetch: app.fetch, hostname: host, port });
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "EADDRINUSE"
          ? new UserError(
              `port ${port}: another program listens there; use --port with another number`,
            )
          : error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND"
            ? new UserError(
                `--host ${host}: expected an address of this machine, or 0.0.0.0 for all`,
              )
            : error,
      ),
    );
  });
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}${token ? `/?token=${token}` : ""}`,
    close: () =>
      new Promise((resolve) => {
        index.stop();
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}
