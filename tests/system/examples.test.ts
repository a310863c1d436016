/** Every program of examples/, at tiny sizes: in Node from the sources, in Chromium from the build. */
import { execFile } from "node:child_process";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { extname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { createRuns, planExperiment, runStage } from "@fqgan/experiment";
import { centreCrop, decodeImage, encodePng } from "@fqgan/image";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launchChromium } from "./chromium.js";
import { fqgan, temporaryFolder } from "./command.js";

const run = promisify(execFile);
const folder = temporaryFolder("examples");
const at = (name: string) => join(folder.path, name);
afterAll(() => folder.remove());

const example = (name: string, ...parameters: string[]) =>
  run(process.execPath, [
    ...["--import", "tsx", "--conditions=@fqgan/source"],
    `examples/${name}`,
    ...parameters,
  ]);

/** Two discs whose place and colour are the picture's own. */
async function writePhoto(path: string, number: number): Promise<void> {
  const [width, height] = [80, 64];
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) {
    const [y, x, channel] = [Math.floor(i / 3 / width), Math.floor(i / 3) % width, i % 3];
    const inside = Math.hypot(x - 20 - 3 * (number % 13), y - 32) < 16;
    data[i] = inside ? (number * 50 + channel * 90) % 256 : 4 * y;
  }
  writeFileSync(path, await encodePng({ width, height, channels: 3, data }));
}

beforeAll(async () => {
  mkdirSync(at("photos"));
  for (let i = 0; i < 30; i++) await writePhoto(at(`photos/${i}.png`), i);
});

it("the table has every example, and every command in it is one's own heading", () => {
  const readme = readFileSync("examples/README.md", "utf8");
  for (const name of readdirSync("examples").filter((file) => file !== "README.md")) {
    expect(readme).toContain(`| [${name}](${name}) |`);
    const [, command] = /^[ *]+(npx .*)$/m.exec(readFileSync(`examples/${name}`, "utf8"))!;
    expect(readme).toContain(command);
  }
});

/** What the first example says of a picture. */
async function codesOf(picture: string): Promise<Record<string, number[]> | undefined> {
  if (!existsSync(at("codes.json")))
    await example("tokenize-folder.ts", at("photos"), at("codes.json"));
  return JSON.parse(readFileSync(at("codes.json"), "utf8"))[picture];
}

it("tokenizes a folder", async () => {
  const { stdout } = await example("tokenize-folder.ts", at("photos"), at("codes.json"));
  expect(stdout).toMatch(/^30 pictures of \d+ bits/);
  const { visual, semantic } = (await codesOf("7.png"))!;
  expect(visual).toHaveLength(semantic!.length);
  expect(new Set(visual).size).toBeGreaterThan(4);
  expect(visual).not.toEqual((await codesOf("8.png"))!.visual);
});

it("trains on photos", async () => {
  const { stdout } = await example("train-on-photos.ts", at("photos"), at("mine"), "3");
  expect(stdout).toMatch(/step 0: loss \d/);
  expect(existsSync(at("mine.safetensors"))).toBe(true);
  expect((await decodeImage(at("mine.png"))).height).toBe(2 + 2 * (3 * 32 + 2));
});

it("trains a quantizer of its own by a preset's name", async () => {
  const { stdout } = await example("custom-quantizer.ts", at("runs"), "4");
  expect(stdout).toMatch(/bitsPerImage: 50\d\.\d/); // 64 positions of log2(243) bits
  const [id] = readdirSync(at("runs"));
  const { config } = JSON.parse(readFileSync(at(`runs/${id}/config.json`), "utf8"));
  expect(config.model.codebooks.visual.quantizer).toEqual({ name: "ternary", dimensions: 5 });
});

it("samples a grid of classes", async () => {
  const network = { channels: 8, multipliers: [1, 2], groups: 4, residualBlocks: 1 };
  const experiment = {
    data: { name: "folder", path: at("photos"), size: 16 },
    tokenizer: {
      preset: "vqgan-mini",
      model: { encoder: network, decoder: network, latentChannels: 8 },
      train: { steps: 2, batchSize: 4 },
      evaluate: { metrics: [{ name: "psnr" }] },
    },
    generator: {
      preset: "far-mini",
      model: { width: 32, layers: 1, head: { name: "single" } },
      train: { steps: 2, batchSize: 4 },
      sample: { images: 4, perClass: 1, batchSize: 4 },
      evaluate: { metrics: [{ name: "fid" }] },
    },
  };
  const stages = planExperiment(experiment, 0, "examples.test.ts");
  createRuns(at("trained"), stages);
  const { signal } = new AbortController();
  for (const { id } of stages)
    await runStage(join(at("trained"), id), { signal, checkpointEveryMs: 60_000 });
  await example("sample-class-grid.ts", at("trained"), at("grid.png"));
  const grid = await decodeImage(at("grid.png"));
  expect([grid.width, grid.height]).toEqual([2 + 8 * (3 * 16 + 2), 2 + 3 * 16 + 2]);
});

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

it("the browser page finds codes and draws what they say", async () => {
  await run("npm", ["run", "-s", "build"]);
  await fqgan(["export", "onnx", at("model"), "--quiet"]).ended;
  // Any server of files: the repository, and the exported model at /model.
  const server = createServer((request, response) => {
    const path = new URL(request.url!, "http://localhost").pathname;
    const file = path.startsWith("/model/") ? at(path.slice(1)) : resolve(`.${path}`);
    const type = TYPES[extname(file)];
    if (!type && !file.endsWith(".onnx")) return response.writeHead(404).end();
    response.setHeader("content-type", type ?? "application/octet-stream");
    createReadStream(file)
      .on("error", () => response.writeHead(404).end())
      .pipe(response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const browser = await launchChromium();
  try {
    const tab = await browser.newPage();
    const problems: string[] = [];
    tab.on("pageerror", (error) => problems.push(error.message));
    const { port } = server.address() as { port: number };
    await tab.goto(`http://127.0.0.1:${port}/examples/browser-page.html`, { waitUntil: "commit" });
    await tab.waitForFunction(() => document.title === "ready", undefined, { timeout: 60_000 });
    await tab.setInputFiles("input", at("photos/7.png"));
    await tab.waitForFunction(() => document.querySelector("pre")!.textContent !== "");
    expect(problems).toEqual([]);
    // The picture's middle needs no resizing, so these are the codes of Node but for ties.
    const { visual, semantic } = (await codesOf("7.png"))!;
    const shown = (await tab.textContent("pre"))!.split("\n").map((line) => line.split(" "));
    expect(shown.map(([name]) => name)).toEqual(["visual", "semantic"]);
    for (const [[, ...row], codes] of [
      [shown[0]!, visual!],
      [shown[1]!, semantic!],
    ] as const)
      expect(codes.filter((code, i) => code !== Number(row[i])).length).toBeLessThan(3);
    const drawn = await tab.evaluate(() => {
      const { width, height } = document.querySelector("canvas")!;
      const context = document.querySelector("canvas")!.getContext("2d")!;
      return [...context.getImageData(0, 0, width, height).data].filter((_, i) => i % 4 < 3);
    });
    const photo = centreCrop(await decodeImage(at("photos/7.png")), 64);
    const error = drawn.reduce((sum, value, i) => sum + (value - photo.data[i]!) ** 2, 0);
    expect(drawn).toHaveLength(photo.data.length);
    expect(10 * Math.log10(255 ** 2 / (error / drawn.length))).toBeGreaterThan(18);
  } finally {
    await browser.close();
    server.close();
  }
});
