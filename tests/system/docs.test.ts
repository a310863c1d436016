/** The documentation site: it builds without a network, without dead links, and works in a browser. */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { createRuns, planExperiment, runStage } from "@fqgan/experiment";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { launchChromium } from "./chromium.js";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "fqgan-docs-"));
const site = join(folder, "site");
/** Where pictures of the pages go, for a person to look at. */
const pictures = process.env.FQGAN_SCREENSHOTS ?? join(folder, "pictures");

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".png": "image/png",
};

let server: Server;
let browser: Browser;
let address: string;

beforeAll(async () => {
  await run("npm", ["run", "-s", "docs:build", "--", "--out", site]);
  mkdirSync(pictures, { recursive: true });
  server = createServer((request, response) => {
    const path = decodeURI(new URL(request.url!, "http://localhost").pathname);
    const file = [path, `${path}.html`, join(path, "index.html")]
      .map((name) => join(site, name))
      .find((name) => extname(name) !== "" && existsSync(name));
    response.statusCode = file ? 200 : 404;
    response.setHeader(
      "content-type",
      TYPES[extname(file ?? ".html")] ?? "application/octet-stream",
    );
    response.end(file && readFileSync(file));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens a page and collects what goes wrong on it. */
async function open(path: string, view: { width: number; colorScheme: "light" | "dark" }) {
  const page = await browser.newPage({
    viewport: { width: view.width, height: 900 },
    colorScheme: view.colorScheme,
  });
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(address) && !request.url().startsWith("data:"))
      problems.push(`asks ${request.url()}`);
  });
  await page.goto(address + path, { waitUntil: "networkidle" });
  return { page, problems };
}

describe("the documentation site", () => {
  const pages = [
    ["/", "Images as codes"],
    ["/guides/add-a-quantizer", "Add a quantizer in one file"],
    ["/concepts", "Where a concept of the paper is"],
    ["/cli/reconstruct", "fqgan reconstruct"],
    ["/api/quantizer", "defineQuantizer"],
    ["/decisions/", "Decisions"],
  ] as const;
  const views = [
    { width: 1440, colorScheme: "light" },
    { width: 390, colorScheme: "dark" },
  ] as const;

  it.each(pages)("shows %s, wide and narrow, light and dark", async (path, words) => {
    for (const view of views) {
      const { page, problems } = await open(path, view);
      // Long pages are still being read when the network is idle.
      await page.waitForFunction(
        (sought) => document.querySelector("#VPContent")?.textContent?.includes(sought),
        words,
      );
      const scrolls = await page.evaluate(
        () => document.documentElement.scrollWidth - window.innerWidth,
      );
      expect(scrolls, `${path} at ${view.width} scrolls sideways`).toBeLessThanOrEqual(0);
      const name = path.replaceAll("/", "-").replace(/^-|-$/g, "") || "home";
      await page.screenshot({
        path: join(pictures, `${name}-${view.width}-${view.colorScheme}.png`),
      });
      expect(problems, path).toEqual([]);
      await page.close();
    }
  });

  it("finds words without a server", async () => {
    const { page, problems } = await open("/", { width: 1440, colorScheme: "light" });
    // The key means something once the page's scripts have started.
    await vi.waitFor(
      async () => {
        await page.keyboard.press("Control+k");
        await page.fill("#localsearch-input", "disentanglement", { timeout: 2000 });
      },
      { timeout: 60_000 },
    );
    await page.waitForSelector(".VPLocalSearchBox .results .result");
    await page.screenshot({ path: join(pictures, "search-1440-light.png") });
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.pathname !== "/");
    expect(problems).toEqual([]);
    await page.close();
  });
});

/** The blocks of Python in a guide. */
const python = (guide: string) =>
  [
    ...readFileSync(resolve("docs/guides", guide), "utf8").matchAll(
      /^```python\n([\s\S]*?)^```$/gm,
    ),
  ].map(([, block]) => block!);

describe("Python in the guides", () => {
  const runBlock = async (block: string, ...parameters: string[]) => {
    const file = join(folder, "block.py");
    writeFileSync(file, block);
    return (await run("/usr/bin/python3", [file, ...parameters], { cwd: folder })).stdout;
  };

  it("reads a run folder", async () => {
    const experiment = {
      until: "tokenizer",
      data: { name: "emoji", size: 16 },
      tokenizer: {
        preset: "vqgan-mini",
        train: { steps: 2, batchSize: 4, validateEverySteps: 2 },
        evaluate: { metrics: [{ name: "psnr" }], validationImages: 8, pictures: 2 },
      },
    };
    const [stage] = planExperiment(experiment, 0, "docs");
    const runs = join(folder, "runs");
    createRuns(runs, [stage!]);
    const { signal } = new AbortController();
    await runStage(join(runs, stage!.id), { signal, checkpointEveryMs: 30_000 });
    const [metrics, codes] = python("read-a-run-folder.md");
    expect(await runBlock(metrics!)).toMatch(new RegExp(`^${stage!.id} \\d+\\.\\d+`));
    const tokens = await runBlock(codes!, join(runs, stage!.id, "tokens.safetensors"));
    expect(tokens).toMatch(/'codes\.visual': \(\d+, \d+\).*'header'/);
  });

  it("saves the weights of a TorchScript archive", async () => {
    const archive = [
      "import torch",
      "class Model(torch.nn.Module):",
      "    def __init__(self):",
      "        super().__init__()",
      "        self.visual = torch.nn.Linear(2, 3)",
      "    def forward(self, x):",
      "        return self.visual(x)",
      "torch.jit.script(Model()).save('ViT-L-14.pt')",
    ];
    await runBlock(`${archive.join("\n")}\n${python("teachers-and-judges.md")[0]!}`);
    const shapes =
      "import torch; print({k: tuple(v.shape) for k, v in torch.load('clip-vit-l14-visual.pth').items()})";
    expect(await runBlock(shapes)).toContain("'weight': (3, 2)");
  });
});
