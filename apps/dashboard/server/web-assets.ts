import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { UserError } from "@fqgan/registry";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".wasm": "application/wasm",
};

export const mediaType = (extension: string): string =>
  TYPES[extension] ?? "application/octet-stream";

export interface WebAssets {
  /** URL paths of all files. */
  readonly files: readonly string[];
  /** The file at a URL path, or the page itself for any other path (the page reads the URL). */
  read(path: string): { content: Uint8Array<ArrayBuffer>; type: string; immutable: boolean };
}

/** The package's root: this file is in server/ in a checkout and in dist/ when published. */
const root = join(import.meta.dirname, "..");
const web = join(root, "web");

/** Pages that are built together: one document and what it loads. */
interface PageSet {
  readonly name: string;
  readonly config: string;
  readonly built: string;
  /** Folders of sources in a checkout. */
  readonly sources: readonly string[];
}

/** The pages share a little code with the server. */
const shared = join(root, "server");
const neighbour = (name: string) => join(root, "../../packages", name, "src");

const DASHBOARD: PageSet = {
  name: "dashboard",
  config: join(root, "vite.config.ts"),
  built: join(root, "dist/web"),
  sources: [web, shared, neighbour("metrics")],
};

const PLAYGROUND: PageSet = {
  name: "playground",
  config: join(root, "vite.playground.config.ts"),
  built: join(root, "dist/web-playground"),
  sources: [web, shared, neighbour("onnx"), neighbour("image"), neighbour("registry")],
};

function newestMs(folders: readonly string[]): number {
  const times = folders
    .filter(existsSync)
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" }).map(
        (file) => statSync(join(folder, file)).mtimeMs,
      ),
    );
  return Math.max(...times);
}

/** In a checkout pages are built when they are missing or older than their sources (seconds). */
async function buildIfStale(pages: PageSet, log: (line: string) => void): Promise<void> {
  const page = join(pages.built, "index.html");
  if (!existsSync(web)) return;
  if (existsSync(page) && statSync(page).mtimeMs > newestMs(pages.sources)) return;
  log(`building the ${pages.name}'s pages …`);
  const { build } = await import("vite");
  await build({ configFile: pages.config, logLevel: "error" });
}

async function load(pages: PageSet, log: (line: string) => void): Promise<WebAssets> {
  await buildIfStale(pages, log);
  const { built, name } = pages;
  if (!existsSync(join(built, "index.html")))
    throw new UserError(
      `${built}: expected the ${name}'s pages, found none; run \`npm run build\` first`,
    );
  const files = readdirSync(built, { recursive: true, encoding: "utf8" }).filter((file) =>
    extname(file),
  );
  const read = (file: string) => new Uint8Array(readFileSync(join(built, file)));
  // Kept in memory, so that building again changes nothing under a running server; but not WebAssembly,
  // which is tens of megabytes.
  const contents = new Map(
    files.map((file) => {
      const content = extname(file) === ".wasm" ? undefined : read(file);
      return [`/${file.replaceAll("\\", "/")}`, () => content ?? read(file)];
    }),
  );
  return {
    files: [...contents.keys()],
    read(path) {
      const found = contents.has(path) ? path : "/index.html";
      return {
        content: contents.get(found)!(),
        type: mediaType(extname(found)),
        immutable: found.startsWith("/assets/"),
      };
    },
  };
}

export const loadWebAssets = (log: (line: string) => void): Promise<WebAssets> =>
  load(DASHBOARD, log);

/** The playground is a document of its own: it needs headers that the other pages don't, and loads megabytes. */
export const loadPlaygroundAssets = (log: (line: string) => void): Promise<WebAssets> =>
  load(PLAYGROUND, log);
