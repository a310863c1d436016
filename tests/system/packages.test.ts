/**
 * Packages as people get them: built, packed, checked as a registry's users would find them, installed
 * together in one empty TypeScript project, and used there: README examples, the command, a browser bundle.
 */
import { execFile } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { build } from "esbuild";
import { publint } from "publint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startStrictServer } from "../../packages/tracking/src/testing/strict-server.js";
import { launchChromium } from "./chromium.js";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "fqgan-packages-"));
const project = join(folder, "project");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PHOTO = "tests/parity/fixtures/image/large_360x410.webp";

/** Everything that is published. */
const packages = [
  ...readdirSync("packages").map((name) => `packages/${name}`),
  "apps/dashboard",
].map((path) => {
  const manifest = JSON.parse(readFileSync(`${path}/package.json`, "utf8"));
  return { path, manifest, name: manifest.name as string };
});

/** The programs of a README: example.ts blocks by file name. */
const examples = packages.flatMap(({ path, name }) => {
  const blocks = readFileSync(`${path}/README.md`, "utf8").matchAll(/^```ts\n([\s\S]*?)^```/gm);
  return [...blocks].map(([, code], i) => ({
    name: `${name}, example ${i + 1}`,
    file: `${path.replace(/.*\//, "")}-${i + 1}`,
    code: code!,
  }));
});

/** What an example needs to be called with, where it only defines something. */
const CALLS: Readonly<Record<string, string>> = {
  "tracking-1": `
const [baseUrl, apiKey] = process.argv.slice(2);
const { complete } = await send({ baseUrl: baseUrl!, apiKey: apiKey! });
if (!complete) throw new Error("not everything was sent");
`,
};

const tsconfig = {
  compilerOptions: {
    target: "ES2023",
    module: "nodenext",
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    // Types of tfjs and WebGPU do not agree with those of newer compilers.
    skipLibCheck: true,
    outDir: "built",
    types: ["node"],
    typeRoots: [resolve("node_modules/@types")],
    lib: ["ES2023", "DOM"],
  },
  include: ["*.ts"],
};

interface Packed {
  readonly name: string;
  readonly tarball: string;
  readonly files: readonly string[];
}

const packed = new Map<string, Packed>();

beforeAll(async () => {
  await run("npm", ["run", "-s", "build"]);
  const paths = packages.map(({ path }) => `./${path}`);
  const { stdout } = await run(
    "npm",
    ["pack", "-s", "--json", "--pack-destination", folder, ...paths],
    { maxBuffer: 2 ** 26 },
  );
  for (const { name, filename, files } of JSON.parse(stdout))
    packed.set(name, {
      name,
      tarball: join(folder, filename),
      files: files.map((file: { path: string }) => file.path),
    });

  mkdirSync(join(project, "runs"), { recursive: true });
  writeFileSync(join(project, "package.json"), '{ "type": "module", "private": true }');
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify(tsconfig));
  mkdirSync(join(project, dirname(PHOTO)), { recursive: true });
  cpSync(PHOTO, join(project, PHOTO));
  for (const { file, code } of examples)
    writeFileSync(join(project, `${file}.ts`), code + (CALLS[file] ?? ""));
  const tarballs = [...packed.values()].map(({ tarball }) => tarball);
  // Optional peer of @fqgan/data; large, so it is linked instead of copied.
  const emoji = resolve("node_modules/emoji-datasource-google");
  const flags = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "-s"];
  await run("npm", ["install", ...flags, ...tarballs, emoji], { cwd: project });
}, 1_800_000);

describe.each(packages)("$name as published", ({ name, manifest }) => {
  it("says what a registry shows and asks for", () => {
    expect(manifest).toMatchObject({
      license: "MIT",
      type: "module",
      engines: { node: ">=20.19" },
      publishConfig: { access: "public" },
      keywords: expect.arrayContaining([expect.any(String)]),
      sideEffects: expect.anything(),
    });
    expect(manifest.private).toBeUndefined();
  });

  it("holds a licence, a README and built files, no sources and no tests", () => {
    const { files } = packed.get(name)!;
    expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "package.json"]));
    expect(
      files.filter((file) => /\.test\.|^src\/|\/testing\/|(?<!\.d)\.tsx?$/.test(file)),
    ).toEqual([]);
  });

  it("pleases publint --strict", async () => {
    const bytes = readFileSync(packed.get(name)!.tarball);
    const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const { messages } = await publint({ pack: { tarball: tarball as ArrayBuffer }, strict: true });
    expect(messages).toEqual([]);
  });

  it("has types that resolve (are-the-types-wrong, ESM only)", async () => {
    const bytes = new Uint8Array(readFileSync(packed.get(name)!.tarball));
    const { types, problems = [] } = (await checkPackage(createPackageFromTarballData(bytes))) as {
      types: unknown;
      problems?: { resolutionKind?: string }[];
    };
    expect(types).toBeTruthy();
    // What the profile "esm-only" leaves out: there is nothing for require().
    const beside = ["node10", "node16-cjs"];
    expect(problems.filter(({ resolutionKind }) => !beside.includes(resolutionKind!))).toEqual([]);
  });
});

describe("an empty project with all packages", () => {
  const command = join(project, "node_modules/.bin/fqgan");
  const fqgan = (...parameters: string[]) => run(command, parameters, { cwd: project });

  it("type-checks the READMEs' examples", async () => {
    await run(resolve("node_modules/.bin/tsc"), [], { cwd: project });
  });

  it.each(examples)("runs $name", async ({ file }) => {
    const server = file === "tracking-1" ? await startStrictServer() : undefined;
    const parameters = server ? [server.url, server.key] : [];
    await run(process.execPath, [`built/${file}.js`, ...parameters], { cwd: project });
    await server?.close();
  });

  it("has the command, its tokenizer and its decoding threads", async () => {
    expect((await fqgan("--help")).stdout).toContain("sweep");
    const { stdout } = await fqgan("tokenize", PHOTO, "--quiet");
    const [picture] = JSON.parse(stdout).images;
    expect(Object.keys(picture.codes)).toEqual(["visual", "semantic"]);
    mkdirSync(join(project, "photos"));
    for (let i = 0; i < 40; i++) cpSync(PHOTO, join(project, `photos/${i}.webp`));
    const training = ["--data", "photos", "--size", "16", "--steps", "2", "--batch", "2"];
    const judged = ["--set", "tokenizer.evaluate.metrics=[{name: psnr}]"];
    await fqgan("train", "tokenizer", "vqgan-mini", ...training, ...judged, "--quiet");
    expect((await fqgan("list", "runs")).stdout).toContain("done");
  });

  it("has the dashboard's pages", async () => {
    await fqgan("dashboard", "export", "site", "--quiet");
    expect(readFileSync(join(project, "site/index.html"), "utf8")).toContain("<script");
    const scripts = readdirSync(join(project, "site"), { recursive: true, encoding: "utf8" });
    expect(scripts.some((path) => path.endsWith(".js"))).toBe(true);
  });

  it("runs quantizers in a browser bundle", async () => {
    const bundle = join(project, "bundle.js");
    await build({
      entryPoints: [join(project, "built/quantizer-1.js")],
      outfile: bundle,
      bundle: true,
      minify: true,
      format: "esm",
      platform: "browser",
      footer: { js: 'document.title = "ran to its end";' },
    });
    const page = '<!doctype html><script type="module" src="/bundle.js"></script>';
    const server = createServer((request, response) => {
      const isScript = request.url === "/bundle.js";
      response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
      response.end(isScript ? readFileSync(bundle) : page);
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const browser = await launchChromium();
    try {
      const tab = await browser.newPage();
      const problems: string[] = [];
      tab.on("pageerror", (error) => problems.push(error.message));
      const { port } = server.address() as { port: number };
      // The example awaits at the top of its module, which holds the load event back.
      await tab.goto(`http://127.0.0.1:${port}/`, { waitUntil: "commit" });
      await tab.waitForFunction(() => document.title !== "", undefined, { timeout: 300_000 });
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
      server.close();
    }
  });
});
