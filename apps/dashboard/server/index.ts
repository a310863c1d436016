import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { UserError } from "@fqgan/registry";
import { serve } from "@hono/node-server";
import { createApp } from "./app.js";
import { FolderWatch } from "./folder-watch.js";
import { loadWebAssets } from "./web-assets.js";

export interface DashboardOptions {
  /** Folder of run folders. */
  readonly runs: string;
  /** Port to listen on; 0 takes any free one. Default 7860. */
  readonly port?: number;
  /** Called with what happens, a line at a time. */
  readonly log?: (line: string) => void;
}

export interface RunningDashboard {
  /** http://127.0.0.1:<port> */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the dashboard over a folder of runs, on loopback only and read-only.
 * @throws UserError when the folder does not exist or the port is taken
 */
export async function startDashboard(options: DashboardOptions): Promise<RunningDashboard> {
  const { runs, port = 7860, log = () => undefined } = options;
  if (!existsSync(runs))
    throw new UserError(
      `${runs}: expected a folder of runs, found nothing; \`fqgan sweep run\` or \`fqgan train\` makes one`,
    );
  const watch = new FolderWatch(runs, 1000);
  const assets = await loadWebAssets(log);
  const app = createApp({ runsFolder: runs, watch, assets, hosts: [] });
  const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port });
  await new Promise<void>((resolve, reject) => {
    server.once("listening", resolve);
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "EADDRINUSE"
          ? new UserError(
              `port ${port}: another program listens there; use --port with another number`,
            )
          : error,
      ),
    );
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        watch.stop();
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}
