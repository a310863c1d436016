import { existsSync, readFileSync, realpathSync } from "node:fs";
import { join, sep } from "node:path";
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { readCurves } from "./curves.js";
import type { FolderWatch } from "./folder-watch.js";
import { isAllowedHost } from "./host-check.js";
import { viewRunDetail, viewRuns } from "./run-view.js";
import { viewSweep, viewSweeps } from "./sweep-view.js";
import type { WebAssets } from "./web-assets.js";

const CURVE_POINTS = 1200;

export interface AppOptions {
  readonly runsFolder: string;
  readonly watch: FolderWatch;
  readonly assets: WebAssets;
  /** Host names that requests may carry besides loopback ones. */
  readonly hosts: readonly string[];
}

/** The path of a file below `root`, or undefined if it is missing or lies outside (links followed). */
export function pathBelow(root: string, ...parts: readonly string[]): string | undefined {
  if (parts.some((part) => part === "" || part === "." || part === ".." || /[/\\\0]/.test(part)))
    return undefined;
  const path = join(root, ...parts);
  if (!existsSync(path)) return undefined;
  const inside = realpathSync(path).startsWith(realpathSync(root) + sep);
  return inside ? path : undefined;
}

/** REST over run folders, a stream of changes, and the pages. Read-only. */
export function createApp({ runsFolder, watch, assets, hosts }: AppOptions): Hono {
  const app = new Hono();
  const run = (id: string) => pathBelow(runsFolder, id);
  const missing = (what: string) => ({ error: `${what}: not found in ${runsFolder}` });

  app.use(async (context, next) => {
    if (!isAllowedHost(context.req.header("host"), hosts))
      return context.json(
        { error: "this host name is not served; open the address that was printed" },
        403,
      );
    await next();
    context.header("X-Content-Type-Options", "nosniff");
    context.header(
      "Content-Security-Policy",
      "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'",
    );
  });
  app.onError((error, context) => context.json({ error: error.message }, 500));

  app.get("/api/runs", (context) => context.json(viewRuns(runsFolder)));
  app.get("/api/runs/:id", (context) => {
    const folder = run(context.req.param("id"));
    return folder
      ? context.json(viewRunDetail(folder))
      : context.json(missing(context.req.param("id")), 404);
  });
  app.get("/api/runs/:id/curves", (context) => {
    const folder = run(context.req.param("id"));
    return folder
      ? context.json(readCurves(folder, CURVE_POINTS))
      : context.json(missing(context.req.param("id")), 404);
  });
  app.get("/api/runs/:id/media/:file", (context) => {
    const { id, file } = context.req.param();
    const path = file.endsWith(".png") ? pathBelow(runsFolder, id, "media", file) : undefined;
    if (!path) return context.json(missing(`${id}/media/${file}`), 404);
    context.header("Content-Type", "image/png");
    return context.body(readFileSync(path));
  });
  app.get("/api/sweeps", (context) => context.json(viewSweeps(runsFolder)));
  app.get("/api/sweeps/:name", (context) => {
    const name = context.req.param("name");
    return pathBelow(join(runsFolder, "sweeps"), name)
      ? context.json(viewSweep(runsFolder, name))
      : context.json(missing(`sweep ${name}`), 404);
  });
  app.get("/api/live", (context) =>
    streamSSE(context, async (stream) => {
      let id = 0;
      const stop = watch.listen((ids) => {
        id += 1;
        stream
          .writeSSE({ event: "change", id: String(id), data: JSON.stringify(ids) })
          .catch(() => undefined);
      });
      stream.onAbort(stop);
      while (!stream.aborted) {
        await stream.sleep(15_000);
        await stream.writeSSE({ event: "alive", data: "" });
      }
    }),
  );
  app.all("/api/*", (context) => context.json({ error: "no such address" }, 404));

  app.get("*", (context) => {
    const asset = assets.read(new URL(context.req.url).pathname);
    context.header("Content-Type", asset.type);
    if (asset.immutable) context.header("Cache-Control", "public, max-age=31536000, immutable");
    return context.body(asset.content);
  });
  return app;
}
