import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { UserError } from "@fqgan/registry";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
};

export interface WebAssets {
  /** URL paths of all files. */
  readonly files: readonly string[];
  /** The file at a URL path, or the page itself for any other path (the page reads the URL). */
  read(path: string): { content: Uint8Array<ArrayBuffer>; type: string; immutable: boolean };
}

/** The package's root: this file is in server/ in a checkout and in dist/ when published. */
const root = join(import.meta.dirname, "..");
const built = join(root, "dist/web");
const source = join(root, "web");
/** The pages share a little code with the server. */
const shared = join(root, "server");

function newestMs(folders: readonly string[]): number {
  const times = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map(
      (file) => statSync(join(folder, file)).mtimeMs,
    ),
  );
  return Math.max(...times);
}

/** In a checkout the pages are built when they are missing or older than their sources (a second). */
async function buildIfStale(log: (line: string) => void): Promise<void> {
  const page = join(built, "index.html");
  if (!existsSync(source)) return;
  if (existsSync(page) && statSync(page).mtimeMs > newestMs([source, shared])) return;
  log("building the dashboard's pages …");
  const { build } = await import("vite");
  await build({ root: source, configFile: join(root, "vite.config.ts"), logLevel: "error" });
}

export async function loadWebAssets(log: (line: string) => void): Promise<WebAssets> {
  await buildIfStale(log);
  if (!existsSync(join(built, "index.html")))
    throw new UserError(
      `${built}: expected the dashboard's pages, found none; run \`npm run build\` first`,
    );
  const files = readdirSync(built, { recursive: true, encoding: "utf8" }).filter((file) =>
    extname(file),
  );
  const contents = new Map(
    files.map((file) => [
      `/${file.replaceAll("\\", "/")}`,
      new Uint8Array(readFileSync(join(built, file))),
    ]),
  );
  return {
    files: [...contents.keys()],
    read(path) {
      const name = contents.has(path) ? path : "/index.html";
      return {
        content: contents.get(name)!,
        type: TYPES[extname(name)] ?? "application/octet-stream",
        immutable: name.startsWith("/assets/"),
      };
    },
  };
}
