/** Packages as people install them: packed, in an empty TypeScript project, in Node and in a browser bundle. */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "fqgan-packages-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is installed together, and the README example that must run. */
const projects = [
  { name: "quantizer", packages: ["registry", "tensor", "quantizer"], result: "comparison" },
];

/** What the project's main file prints: that the example ran to its end, and with what. */
const main = (result: string) => `
import { ${result} } from "./example.js";
const shown = JSON.stringify(${result});
console.log(shown);
if (typeof document !== "undefined") document.title = shown;
`;

const tsconfig = {
  compilerOptions: {
    target: "ES2022",
    module: "nodenext",
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    // Types of tfjs and WebGPU do not agree with those of newer compilers.
    skipLibCheck: true,
    outDir: "built",
    types: [],
    lib: ["ES2023", "DOM"],
  },
  include: ["*.ts"],
};

/** Builds and packs packages of this repository. @returns the tarballs */
async function pack(packages: readonly string[]): Promise<string[]> {
  const tarballs: string[] = [];
  for (const name of packages) {
    const cwd = resolve("packages", name);
    await run("npm", ["run", "-s", "build"], { cwd });
    const { stdout } = await run("npm", ["pack", "-s", "--json", "--pack-destination", folder], {
      cwd,
    });
    tarballs.push(join(folder, JSON.parse(stdout)[0].filename));
  }
  return tarballs;
}

describe.each(projects)("@fqgan/$name in an empty project", ({ name, packages, result }) => {
  const project = join(folder, name);

  beforeAll(async () => {
    const tarballs = await pack(packages);
    mkdirSync(project);
    writeFileSync(join(project, "package.json"), '{ "type": "module", "private": true }');
    writeFileSync(join(project, "tsconfig.json"), JSON.stringify(tsconfig));
    writeFileSync(join(project, "main.ts"), main(result));
    cpSync(resolve("packages", name, "src/readme.example.ts"), join(project, "example.ts"));
    const flags = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "-s"];
    await run("npm", ["install", ...flags, ...tarballs], { cwd: project });
  });

  it("type-checks and runs its README example in Node", async () => {
    await run(resolve("node_modules/.bin/tsc"), [], { cwd: project });
    const { stdout } = await run(process.execPath, ["built/main.js"], { cwd: project });
    expect(Object.keys(JSON.parse(stdout)).length).toBeGreaterThan(0);
  });

  it("runs it in a browser bundle without anything of Node", async () => {
    const bundle = join(project, "bundle.js");
    const { metafile } = await build({
      entryPoints: [join(project, "main.ts")],
      outfile: bundle,
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      metafile: true,
    });
    const inputs = Object.keys(metafile.inputs);
    expect(inputs.filter((path) => /onnxruntime|^node:/.test(path))).toEqual([]);
    const page = '<!doctype html><script type="module" src="/bundle.js"></script>';
    const server = createServer((request, response) => {
      const isScript = request.url === "/bundle.js";
      response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
      response.end(isScript ? readFileSync(bundle) : page);
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu"],
    });
    try {
      const tab = await browser.newPage();
      const problems: string[] = [];
      tab.on("pageerror", (error) => problems.push(error.message));
      const { port } = server.address() as { port: number };
      // The example awaits at the top of its module, which holds the load event back.
      await tab.goto(`http://127.0.0.1:${port}/`, { waitUntil: "commit" });
      await tab.waitForFunction(() => document.title !== "", undefined, { timeout: 300_000 });
      expect(problems).toEqual([]);
      expect(Object.keys(JSON.parse(await tab.title())).length).toBeGreaterThan(0);
    } finally {
      await browser.close();
      server.close();
    }
  });
});
