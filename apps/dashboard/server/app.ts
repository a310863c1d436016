import { createReadStream, statSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { UserError } from "@fqgan/registry";
import { type Context, Hono } from "hono";
import { compress } from "hono/compress";
import { streamSSE } from "hono/streaming";
import { requireAccess } from "./access.js";
import { viewCodebooks } from "./codebooks-view.js";
import { parseCurveQuery } from "./curve-query.js";
import { CurveStore } from "./curve-store.js";
import { queryCurves } from "./curves.js";
import { Missing } from "./missing.js";
import { pathBelow } from "./path-below.js";
import type { ModelStore } from "./playground/model-store.js";
import { playgroundRoutes } from "./playground/routes.js";
import { runFileRoutes } from "./run-file-routes.js";
import type { RunIndex } from "./run-index.js";
import { viewRunDetail } from "./run-view.js";
import { viewSweep, viewSweeps } from "./sweep-view.js";
import { CodeDecoder, viewTokens } from "./tokens-view.js";
import type { WebAssets } from "./web-assets.js";

const LONGEST_QUERY = 8192;

export interface AppOptions {
  readonly index: RunIndex;
  readonly assets: WebAssets;
  readonly playground: {
    readonly assets: WebAssets;
    /** Where models are kept as ONNX. */
    readonly store: ModelStore;
  };
  /** Host names that requests may carry besides loopback ones. */
  readonly hosts: readonly string[];
  /** What every request must know; undefined on loopback. */
  readonly token?: string | undefined;
}

/** REST over run folders, a stream of changes, and the pages. Read-only. */
export function createApp({ index, assets, playground, hosts, token }: AppOptions): Hono {
  const { runsFolder } = index;
  const app = new Hono();
  const curves = new CurveStore();
  const decoder = new CodeDecoder();
  const runFolder = (id: string): string => {
    const folder = pathBelow(runsFolder, id);
    if (!folder) throw new Missing(`${id}: not found in ${runsFolder}`);
    return folder;
  };

  app.use(async (context, next) => {
    if (context.req.url.length > LONGEST_QUERY)
      return context.json({ error: `expected an address below ${LONGEST_QUERY} characters` }, 414);
    await next();
    context.header("X-Content-Type-Options", "nosniff");
    context.header("Referrer-Policy", "no-referrer");
    // The playground has one of its own.
    if (!context.res.headers.has("Content-Security-Policy"))
      context.header(
        "Content-Security-Policy",
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'",
      );
  });
  app.use(requireAccess({ token, hosts }));
  app.use("/api/runs/*", compress());
  app.use("/api/curves", compress());
  app.onError((error, context) => {
    if (error instanceof Missing) return context.json({ error: error.message }, 404);
    if (error instanceof UserError) return context.json({ error: error.message }, 400);
    return context.json({ error: error.message }, 500);
  });

  app.get("/api/runs", compress(), (context) => context.json(index.list()));
  app.get("/api/runs/:id", (context) =>
    context.json(viewRunDetail(runFolder(context.req.param("id")))),
  );
  app.get("/api/runs/:id/codebooks", (context) =>
    context.json(viewCodebooks(runFolder(context.req.param("id")))),
  );
  app.get("/api/runs/:id/tokens", (context) =>
    context.json(viewTokens(runFolder(context.req.param("id")))),
  );
  // ?visual=3&semantic=7: each factor's codes from an image of its own
  app.get("/api/runs/:id/drawn.png", async (context) => {
    const sources = Object.entries(context.req.query()).map(([name, i]) => [name, Number(i)]);
    const folder = runFolder(context.req.param("id"));
    return png(context, await decoder.draw(folder, Object.fromEntries(sources)));
  });
  app.get("/api/runs/:id/media/:file", (context) => {
    const { id, file } = context.req.param();
    const path = file.endsWith(".png") ? pathBelow(runsFolder, id, "media", file) : undefined;
    if (!path) throw new Missing(`${id}/media/${file}: not found in ${runsFolder}`);
    const { mtimeMs, size } = statSync(path);
    const tag = `"${size}-${mtimeMs}"`;
    context.header("ETag", tag);
    context.header("Cache-Control", "no-cache");
    if (context.req.header("if-none-match") === tag) return context.body(null, 304);
    context.header("Content-Type", "image/png");
    return context.body(Readable.toWeb(createReadStream(path)) as ReadableStream);
  });
  app.route("/api/runs", runFileRoutes({ runFolder }));
  // ?runs=a,b;c: a band for the seeds a and b, and one for c
  app.get("/api/curves", (context) => {
    const { groups, query } = parseCurveQuery(new URL(context.req.url).searchParams);
    const rows = groups.map((ids) => ids.map((id) => curves.read(runFolder(id))));
    return context.json(queryCurves(rows, query));
  });
  app.get("/api/sweeps", (context) => context.json(viewSweeps(runsFolder)));
  app.get("/api/sweeps/:name", (context) => {
    const name = context.req.param("name");
    if (!pathBelow(join(runsFolder, "sweeps"), name))
      throw new Missing(`sweep ${name}: not found in ${runsFolder}`);
    return context.json(viewSweep(runsFolder, name));
  });
  app.get("/api/live", (context) =>
    streamSSE(context, async (stream) => {
      let id = 0;
      const stop = index.listen((ids) => {
        id += 1;
        stream
          .writeSSE({ event: "change", id: String(id), data: JSON.stringify(ids) })
          .catch(() => undefined);
      });
      stream.onAbort(stop);
      while (!stream.aborted) {
        await stream.sleep(5000);
        await stream.writeSSE({ event: "alive", data: "" });
      }
    }),
  );
  app.all("/api/*", (context) => context.json({ error: "no such address" }, 404));

  // Its page loads everything from beside itself.
  app.get("/playground", (context) =>
    context.redirect(`/playground/${new URL(context.req.url).search}`),
  );
  app.route("/playground", playgroundRoutes({ index, runFolder, ...playground }));

  app.get("*", (context) => {
    const asset = assets.read(new URL(context.req.url).pathname);
    context.header("Content-Type", asset.type);
    if (asset.immutable) context.header("Cache-Control", "public, max-age=31536000, immutable");
    return context.body(asset.content);
  });
  return app;
}

function png(context: Context, bytes: Uint8Array) {
  context.header("Content-Type", "image/png");
  return context.body(bytes.slice().buffer);
}
