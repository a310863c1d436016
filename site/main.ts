/**
 * The documentation site: collects its pages from the repository and lets VitePress build or serve them.
 *
 *   npm run docs                              a server that follows your edits
 *   npm run docs:build                        site/dist, for any web server
 *   npm run docs:build -- --out folder
 */
import { watch } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build, createServer } from "vitepress";
import { stageApi } from "./stage/api-pages.js";
import { stageCommands } from "./stage/command-pages.js";
import { clearPages, stageDocuments } from "./stage/documents.js";
import { stageConfig, stageStrategies } from "./stage/strategies-page.js";

const site = dirname(fileURLToPath(import.meta.url));
const repository = dirname(site);
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { out: { type: "string" }, port: { type: "string", default: "5173" } },
});
// Package sources and tsconfig are found from here, whatever folder the command was started in.
process.chdir(repository);
const pages = resolve(site, "pages");

clearPages(pages);
stageDocuments({ repository, pages });
stageCommands(pages);
await stageStrategies(pages);
await stageConfig(pages);
await stageApi({ repository, pages });

if (positionals[0] === "build") {
  const outDir = resolve(values.out ?? resolve(site, "dist"));
  await build(site, { outDir });
  process.stdout.write(`${outDir}\n`);
  process.exit();
}

const server = await createServer(site, { port: Number(values.port) });
await server.listen();
server.printUrls();
watch(resolve(repository, "docs"), { recursive: true }, () => {
  try {
    stageDocuments({ repository, pages });
  } catch (error) {
    // A link that is half written is no reason to stop serving.
    process.stderr.write(`${(error as Error).message}\n`);
  }
});
