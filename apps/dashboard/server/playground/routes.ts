import { createReadStream, statSync } from "node:fs";
import { extname, join } from "node:path";
import { Readable } from "node:stream";
import { type Context, Hono } from "hono";
import type { PlaygroundModels } from "../api-types.js";
import { Missing } from "../missing.js";
import type { RunIndex } from "../run-index.js";
import { mediaType, type WebAssets } from "../web-assets.js";
import { type ModelSource, runSource, shippedSource } from "./model-source.js";
import { type ModelStore, modelFiles } from "./model-store.js";
import { listModels, SHIPPED } from "./models.js";

/**
 * WebAssembly shares memory between threads only in a page that no other site's page can reach, and that
 * embeds nothing of others; compiling it needs the policy's leave. Here alone, not on the other pages.
 */
const HEADERS = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Content-Security-Policy":
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' data: blob:; " +
    "style-src 'self' 'unsafe-inline'; frame-ancestors 'none'",
};

/**
 * The playground below `/playground/`: its page, `models.json`, and each model's files at
 * `models/<id>/`. A static site of it has the same addresses.
 */
export function playgroundRoutes(options: {
  readonly index: RunIndex;
  readonly assets: WebAssets;
  readonly store: ModelStore;
  /** The folder of a run below the runs folder. */
  readonly runFolder: (id: string) => string;
}): Hono {
  const { index, assets, store, runFolder } = options;
  const app = new Hono();
  const source = async (id: string): Promise<ModelSource> =>
    id === SHIPPED.id ? shippedSource() : runSource(runFolder(id));

  app.use(async (context, next) => {
    await next();
    for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
  });
  app.get("/models.json", (context) => {
    context.header("Cache-Control", "no-cache");
    const answer: PlaygroundModels = { dashboard: "../", models: listModels(index.list()) };
    return context.json(answer);
  });
  app.get("/models/:id/:file", async (context) => {
    const { id, file } = context.req.param();
    const folder = await store.open(await source(id));
    if (!modelFiles(folder).includes(file)) throw new Missing(`${id}: has no file ${file}`);
    return sendFile(context, join(folder, file));
  });
  app.get("*", (context) => {
    const { pathname } = new URL(context.req.url);
    const asset = assets.read(pathname.replace(/^\/playground/, ""));
    context.header("Content-Type", asset.type);
    if (asset.immutable) context.header("Cache-Control", "public, max-age=31536000, immutable");
    return context.body(asset.content);
  });
  return app;
}

/** A file that changes only as a whole; a browser that has it already is told so. */
function sendFile(context: Context, path: string) {
  const { size, mtimeMs } = statSync(path);
  const tag = `"${size}-${mtimeMs}"`;
  context.header("ETag", tag);
  context.header("Cache-Control", "no-cache");
  if (context.req.header("if-none-match") === tag) return context.body(null, 304);
  context.header("Content-Type", mediaType(extname(path)));
  // Browsers show how much of it has come.
  context.header("Content-Length", String(size));
  return context.body(Readable.toWeb(createReadStream(path)) as ReadableStream);
}
