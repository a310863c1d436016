/** The playground in a real browser: models of the command line's runs, computed in the page. */
import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { type RunningDashboard, startDashboard } from "@fqgan/dashboard";
import { loadRunTokenizer } from "@fqgan/experiment";
import { centreCrop, decodeImage, encodePng, toSignedUnit, toUint8 } from "@fqgan/image";
import { createKey, hostTensor, uniform } from "@fqgan/tensor";
import { defaultTokenizer, loadTokenizer, type Tokenizer } from "@fqgan/tokenizer";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launchChromium, WEBGPU } from "./chromium.js";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "fqgan-playground-"));
const runs = join(folder, "runs");
/** Where pictures of the pages go, for a person to look at. */
const pictures = process.env.FQGAN_SCREENSHOTS ?? join(folder, "pictures");
/** Every code of a random image is a close call; an image of emoji has few. */
const PICTURE = "apps/dashboard/web/src/playground/samples/maple-leaf.png";
const SHIPPED = "fqgan-dual-64";
const PATIENCE_MS = 120_000;
const patience = { timeout: PATIENCE_MS, interval: 200 };

const tiny = [
  ["tokenizer.train.steps", 12],
  ["tokenizer.train.batchSize", 4],
  ["generator.train.steps", 6],
  ["generator.train.batchSize", 4],
  ["generator.sample.images", 16],
  ["generator.sample.perClass", 2],
] as const;

let dashboard: RunningDashboard;
let browser: Browser;

beforeAll(async () => {
  const settings = tiny.flatMap(([path, value]) => ["--set", `${path}=${value}`]);
  await run("npx", [
    "fqgan",
    "--runs",
    runs,
    "sweep",
    "run",
    "tests/system/tiny.yaml",
    ...settings,
  ]);
  mkdirSync(pictures, { recursive: true });
  process.env.XDG_CACHE_HOME = join(folder, "cache");
  dashboard = await startDashboard({ runs, port: 0 });
  browser = await launchChromium([
    ...WEBGPU,
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
  ]);
});

// A page that is left open goes on computing.
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

afterAll(async () => {
  await browser?.close();
  await dashboard?.close();
  rmSync(folder, { recursive: true, force: true });
});

const idOf = (start: string) => readdirSync(runs).find((name) => name.startsWith(start))!;

interface View {
  readonly width: number;
  readonly colorScheme: "light" | "dark";
}
const desktop: View = { width: 1440, colorScheme: "light" };

/** Opens the playground, waits for its model, and collects what goes wrong. */
async function open(query: string, view: View = desktop, address = `${dashboard.url}/playground/`) {
  const page = await browser.newPage({
    viewport: { width: view.width, height: 900 },
    colorScheme: view.colorScheme,
    acceptDownloads: true,
  });
  // Computing a picture takes what it takes.
  page.setDefaultTimeout(PATIENCE_MS);
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  await page.goto(address + query);
  await page.getByText(/^Ready:/).waitFor();
  await page.getByRole("img", { name: "Reconstruction" }).waitFor();
  return { page, problems };
}

interface SavedCodes {
  readonly tokenizer: string;
  readonly image: string;
  readonly codes: Readonly<Record<string, readonly (readonly number[])[]>>;
}

/** The codes that a section of the page saves as a file. */
async function savedCodes(page: Page, section: string): Promise<SavedCodes> {
  const download = page.waitForEvent("download");
  const place = page.getByRole("region", { name: section, exact: true }).first();
  await place.getByRole("button", { name: "Save codes" }).click();
  return JSON.parse(readFileSync(await (await download).path(), "utf8"));
}

/** RGBA of a picture of the page. */
const pixelsOf = (page: Page, name: string | RegExp) =>
  page
    .getByRole("img", { name, exact: typeof name === "string" })
    .first()
    .evaluate((canvas: HTMLCanvasElement) => {
      const { width, height } = canvas;
      return [...canvas.getContext("2d")!.getImageData(0, 0, width, height).data];
    });

/** Chooses a file as the image and waits until it has been dealt with. */
async function choose(page: Page, path: string): Promise<void> {
  const before = await pixelsOf(page, "Input");
  await page.getByLabel("Image: choose a file").setInputFiles(path);
  await expect.poll(() => pixelsOf(page, "Input"), patience).not.toEqual(before);
}

/** What the same image is to the tokenizer in Node. */
async function inNode(tokenizer: Tokenizer, path: string) {
  const { size } = tokenizer.config.image;
  const { data } = centreCrop(await decodeImage(path, { alpha: "white" }), size);
  const images = hostTensor(toSignedUnit(data), [1, size, size, 3]);
  const codes = await tokenizer.encode(images);
  const { data: values } = await tokenizer.reconstruct(images);
  const drawn = toUint8(values as Float32Array);
  const squares = data.reduce((sum, value, i) => sum + (value - drawn[i]!) ** 2, 0);
  return { codes, drawn, psnr: 10 * Math.log10((255 ** 2 * data.length) / squares) };
}

/** How many codes differ. */
function differences(saved: SavedCodes, codes: Awaited<ReturnType<typeof inNode>>["codes"]) {
  const counts = Object.entries(codes).map(([name, { data }]) => {
    const cells = saved.codes[name]!.flat();
    expect(cells).toHaveLength(data.length);
    return cells.filter((code, cell) => code !== data[cell]).length;
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

const psnrOf = async (page: Page) =>
  Number(/PSNR ([\d.]+) dB/.exec((await page.getByText(/PSNR/).textContent()) ?? "")![1]);

describe("an image in the playground", () => {
  let expected: Awaited<ReturnType<typeof inNode>>;
  beforeAll(async () => {
    const tokenizer = await loadTokenizer(defaultTokenizer);
    expected = await inNode(tokenizer, PICTURE);
    tokenizer.dispose();
  });

  it("has the codes, the reconstruction and the PSNR that it has in Node, on several threads", async () => {
    const { page, problems } = await open("");
    expect(await page.evaluate(() => window.crossOriginIsolated)).toBe(true);
    await page.getByLabel("Computed by").locator("option", { hasText: "threads" }).waitFor({
      state: "attached",
    });
    await choose(page, PICTURE);
    const saved = await savedCodes(page, "Image");
    expect(saved.image).toBe("maple-leaf.png");
    // Where two codes are equally near, the last bit of a sum decides.
    expect(differences(saved, expected.codes)).toBeLessThanOrEqual(2);
    expect(Math.abs((await psnrOf(page)) - expected.psnr)).toBeLessThan(0.05);
    const drawn = (await pixelsOf(page, "Reconstruction")).filter((_, i) => i % 4 !== 3);
    const far = drawn.filter((value, i) => Math.abs(value - expected.drawn[i]!) > 1).length;
    expect(far / drawn.length).toBeLessThan(0.02);
    expect(await page.getByRole("img", { name: / alone$/ }).count()).toBe(2);
    expect(problems).toEqual([]);
    await page.close();
  });

  it("has the same codes by WebGPU", async () => {
    // A GPU in software is slow: the smallest model there is.
    const id = idOf("tokenizer-vq-64");
    const tokenizer = await loadRunTokenizer(join(runs, id));
    const { codes } = await inNode(tokenizer, PICTURE);
    tokenizer.dispose();
    const { page, problems } = await open(`?model=${id}`);
    await page.getByLabel("Computed by").selectOption("webgpu");
    await page.getByText(/on WebGPU/).waitFor({ timeout: 2 * PATIENCE_MS });
    await choose(page, PICTURE);
    expect(differences(await savedCodes(page, "Image"), codes)).toBeLessThanOrEqual(2);
    expect(problems).toEqual([]);
    await page.close();
  });

  it("can be dropped and pasted; other files are refused with a sentence", async () => {
    const { page } = await open("");
    const before = await pixelsOf(page, "Input");
    const bytes = [...readFileSync(PICTURE)];
    await page.evaluate((content) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(content)], "leaf.png", { type: "image/png" }));
      window.dispatchEvent(new DragEvent("drop", { dataTransfer: data, cancelable: true }));
    }, bytes);
    await expect.poll(() => pixelsOf(page, "Input"), patience).not.toEqual(before);
    const dropped = await pixelsOf(page, "Input");
    await page.getByRole("button", { name: "Image: flag" }).click();
    await expect.poll(() => pixelsOf(page, "Input"), patience).not.toEqual(dropped);
    await page.evaluate((content) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(content)], "leaf.png", { type: "image/png" }));
      window.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data }));
    }, bytes);
    await expect.poll(() => pixelsOf(page, "Input"), patience).toEqual(dropped);
    const text = join(folder, "notes.txt");
    writeFileSync(text, "no picture");
    await page.getByLabel("Image: choose a file").setInputFiles(text);
    await page.getByText("notes.txt: this browser can't read it as an image").waitFor();
    await page.close();
  });

  it("shows a cell's code when pointed at, and every cell of the code when pressed", async () => {
    const { page } = await open("");
    const map = page.locator(".look .cell-map").first();
    await map.hover({ position: { x: 5, y: 5 } });
    const caption = page.locator(".look figcaption").filter({ hasText: /row 1, column 1: code/ });
    const [, code, cells] = /code (\d+), (\d+) cell/.exec(
      await caption.textContent().then(String),
    )!;
    await map.click({ position: { x: 5, y: 5 } });
    await page.mouse.move(2, 2);
    await page.getByText(`code ${code}: ${cells} of 256 cells`).waitFor();
    expect(await map.locator(".frames:not(.cursor) rect").count()).toBe(Number(cells));
    // The same by keyboard.
    await page.getByLabel("Codes of semantic").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    await page.getByText(/row 2, column 2: code \d+/).waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.getByText(/code \d+: \d+ of 256 cells/).waitFor();
    await page.close();
  });
});

describe("swapped codes", () => {
  it("change the picture, whole and cell by cell; all of one image's give its reconstruction", async () => {
    const { page, problems } = await open("");
    const mixed = () => pixelsOf(page, "Mixed picture");
    await page.getByRole("img", { name: "Mixed picture" }).waitFor();
    await page.getByRole("button", { name: "visual from A" }).click();
    await page.getByRole("button", { name: "semantic from A" }).click();
    const own = await pixelsOf(page, "Reconstruction");
    await expect.poll(mixed, patience).toEqual(own);
    await page.getByRole("button", { name: "semantic from B" }).click();
    await expect.poll(mixed, patience).not.toEqual(own);
    await page.getByRole("button", { name: "semantic from A" }).click();
    await expect.poll(mixed, patience).toEqual(own);
    const map = page.locator(".swap .cell-map").first();
    const box = (await map.boundingBox())!;
    await page.mouse.move(box.x + 4, box.y + 4);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 4, box.y + 4, { steps: 40 });
    await page.mouse.up();
    await page.getByText("16 of 256 cells from B").waitFor();
    await expect.poll(mixed, patience).not.toEqual(own);
    expect(problems).toEqual([]);
    await page.close();
  });
});

describe("a generator in the playground", () => {
  it("draws a picture of a class, which its seed gives again", async () => {
    const { page, problems } = await open(`?model=${idOf("generator-")}`);
    await page.getByLabel("Class").selectOption("Flags");
    await page.getByLabel("Seed", { exact: true }).fill("5");
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    await page.getByText(/^Done: 64 of 64/).waitFor();
    const first = await savedCodes(page, "Generate");
    expect(first.image).toBe("Flags, seed 5");
    expect(first.codes.visual!.flat()).toHaveLength(64);
    await page.getByRole("button", { name: "Again, next seed" }).click();
    await page.getByText("Flags, seed 6").first().waitFor();
    await page.getByText(/^Done: 64 of 64/).waitFor();
    expect((await savedCodes(page, "Generate")).codes).not.toEqual(first.codes);
    await page.close();

    const again = await open(`?model=${idOf("generator-")}&compute=cpu-1`);
    await again.page.getByLabel("Class").selectOption("Flags");
    await again.page.getByLabel("Seed", { exact: true }).fill("5");
    await again.page.getByRole("button", { name: "Draw", exact: true }).click();
    await again.page.getByText(/^Done: 64 of 64/).waitFor();
    expect((await savedCodes(again.page, "Generate")).codes).toEqual(first.codes);
    await again.page.getByRole("button", { name: "Use as the image" }).click();
    await again.page.getByText("Flags, seed 5").first().waitFor();
    expect([...problems, ...again.problems]).toEqual([]);
    await again.page.close();
  });

  it("says what is wrong with its settings", async () => {
    const { page } = await open(`?model=${idOf("generator-")}`);
    await page.getByLabel("Top-k (0: all)").fill("100000");
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    await page.getByText(/topK: 100000 is more than the 256 codes/).waitFor();
    await page.close();
  });
});

describe("the camera", () => {
  it("is looked at live until it is stopped", async () => {
    const { page, problems } = await open("");
    await page.getByRole("button", { name: "Camera" }).click();
    await page.getByText(/[\d.]+ images a second/).waitFor();
    const frame = await pixelsOf(page, "Input");
    await expect.poll(() => pixelsOf(page, "Input"), patience).not.toEqual(frame);
    await page.getByRole("button", { name: "Stop the camera" }).click();
    await page.getByRole("button", { name: "Camera", exact: true }).waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });
});

describe("a model that can't be had", () => {
  it("is a sentence on the page", async () => {
    const damaged = idOf("tokenizer-vq-64");
    const checkpoint = join(runs, damaged, "checkpoints/model.safetensors");
    const bytes = readFileSync(checkpoint);
    rmSync(checkpoint);
    try {
      const page = await browser.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      await page.goto(`${dashboard.url}/playground/?model=${damaged}`);
      await page.getByText(/expected the run's finished model, found none/).waitFor();
      await page.close();
    } finally {
      writeFileSync(checkpoint, bytes);
    }
  });
});

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".json": "application/json",
};

/** A host that knows nothing of this project: files, and no header but their types. */
function serveFolder(root: string): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, "http://host");
    const path = join(root, pathname.endsWith("/") ? `${pathname}index.html` : pathname);
    if (!existsSync(path)) return response.writeHead(404).end();
    const type = TYPES[extname(path)] ?? "application/octet-stream";
    response.writeHead(200, { "content-type": type }).end(readFileSync(path));
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

describe("the playground as a static site", () => {
  let host: Server;
  const root = join(folder, "host");
  beforeAll(async () => {
    const out = join(root, "some/where");
    const generator = idOf("generator-");
    const command = ["--runs", runs, "--json", "playground", "export", out];
    const { stdout } = await run("npx", ["fqgan", ...command, "--generator", generator]);
    expect(JSON.parse(stdout).models).toEqual([generator]);
    host = await serveFolder(root);
  });
  afterAll(() => host?.close());

  it("works in any folder of a host that sends no headers: one thread, and it says why", async () => {
    const address = `http://127.0.0.1:${(host.address() as AddressInfo).port}/some/where/`;
    const { page, problems } = await open("", desktop, address);
    expect(await page.evaluate(() => window.crossOriginIsolated)).toBe(false);
    await page.getByText(/One thread: this page came without the headers/).waitFor();
    expect(await page.getByRole("link", { name: "Runs" }).count()).toBe(0);
    const path = join(folder, "random.png");
    const data = Uint8Array.from(uniform(createKey(1), 40 * 40 * 3), (value) => 255 * value);
    writeFileSync(path, await encodePng({ width: 40, height: 40, channels: 3, data }));
    await choose(page, path);
    await page.getByText("40 × 40, resized and centre-cropped to 32 × 32").waitFor();
    const saved = await savedCodes(page, "Image");
    const tokenizer = await loadRunTokenizer(join(runs, idOf("tokenizer-vq-256x2")));
    const { codes } = await inNode(tokenizer, path);
    tokenizer.dispose();
    expect(differences(saved, codes)).toBeLessThanOrEqual(4);
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    await page.getByText(/^Done: 64 of 64/).waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });

  it("says what to do when its page is opened as a file", async () => {
    const page = await browser.newPage();
    await page.goto(`file://${join(root, "some/where/index.html")}`);
    await page.getByText(/the page was opened as a file/).waitFor();
    await page.close();
  });
});

const axe = readFileSync("node_modules/axe-core/axe.min.js", "utf8");

/** What is wrong for people who use a keyboard, a reader or little contrast. */
async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await (
      window as unknown as {
        axe: {
          run(): Promise<{
            violations: { id: string; impact: string; nodes: { html: string }[] }[];
          }>;
        };
      }
    ).axe.run();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`);
  });
}

const views: readonly View[] = [
  { width: 1440, colorScheme: "light" },
  { width: 1440, colorScheme: "dark" },
  { width: 390, colorScheme: "light" },
  { width: 390, colorScheme: "dark" },
];

describe.each(views)("the playground, $width px wide, $colorScheme", (view) => {
  it("is no wider than the screen and has no barriers, with everything shown", async () => {
    const { page, problems } = await open(`?model=${idOf("generator-")}`, view);
    await page.getByRole("button", { name: "Draw", exact: true }).click();
    await page.getByText(/^Done: 64 of 64/).waitFor();
    await page.getByRole("img", { name: "Mixed picture" }).waitFor();
    const path = join(pictures, `playground-${view.width}-${view.colorScheme}.png`);
    await page.screenshot({ path, fullPage: true });
    const overflows = await page.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    );
    expect(overflows).toBe(false);
    expect(await barriers(page)).toEqual([]);
    expect(problems).toEqual([]);
    await page.close();
  });
});

it("is found from the dashboard, whose other pages load nothing of it", async () => {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const loaded: string[] = [];
  page.on("request", (request) => loaded.push(request.url()));
  await page.goto(dashboard.url);
  await page.getByText("live", { exact: true }).waitFor();
  expect(loaded.filter((url) => /playground|wasm|onnx/.test(url))).toEqual([]);
  await page.getByRole("link", { name: "Playground" }).click();
  await page.getByText(/^Ready:/).waitFor();
  expect(page.url()).toContain("/playground/");
  expect(await page.getByRole("combobox", { name: /^Model/ }).inputValue()).toBe(SHIPPED);
  await page.getByRole("link", { name: "Sweeps" }).click();
  await page.getByRole("link", { name: /tiny/ }).waitFor();
  await page.close();
});
