/** The dashboard in a real browser over run folders that the command line made. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type RunningDashboard, startDashboard } from "@fqgan/dashboard";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), "fqgan-system-"));
const runs = join(folder, "runs");
/** Where pictures of the pages go, for a person to look at. */
const pictures = process.env.FQGAN_SCREENSHOTS ?? join(folder, "pictures");

const tiny = [
  ["tokenizer.train.steps", 12],
  ["tokenizer.train.logEverySteps", 1],
  ["tokenizer.train.validateEverySteps", 6],
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
  const command = ["--runs", runs, "sweep", "run", "tests/system/tiny.yaml", ...settings];
  await run("npx", ["fqgan", ...command]);
  mkdirSync(pictures, { recursive: true });
  dashboard = await startDashboard({ runs, port: 0 });
  browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"],
  });
});

afterAll(async () => {
  await browser?.close();
  await dashboard?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Opens a page and collects what goes wrong on it. */
async function open(path: string, options: { width: number; colorScheme: "light" | "dark" }) {
  const page = await browser.newPage({
    viewport: { width: options.width, height: 900 },
    colorScheme: options.colorScheme,
  });
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  await page.goto(dashboard.url + path);
  return { page, problems };
}

/** The page may scroll down, never sideways. */
const overflows = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);

const views = [
  { width: 1440, colorScheme: "light" },
  { width: 1440, colorScheme: "dark" },
  { width: 390, colorScheme: "light" },
  { width: 390, colorScheme: "dark" },
] as const;

describe.each(views)("dashboard, $width px wide, $colorScheme", (view) => {
  const picture = (name: string) => join(pictures, `${name}-${view.width}-${view.colorScheme}.png`);

  it("lists the runs with their results, names as text", async () => {
    const { page, problems } = await open("/", view);
    await page.getByRole("link", { name: "<b>FQ</b> 256 × 2", exact: true }).first().waitFor();
    await page.getByText("live", { exact: true }).waitFor();
    expect(await page.getByRole("row").count()).toBe(5);
    await page.getByRole("searchbox").fill("VQ 64");
    await page.getByText("1 of 4").waitFor();
    expect(page.url()).toContain("filter=VQ");
    await page.getByRole("searchbox").fill("");
    await page.screenshot({ path: picture("runs"), fullPage: true });
    expect(await overflows(page)).toBe(false);
    expect(problems).toEqual([]);
    await page.close();
  });

  it("shows a run: curves, reconstructions that load, results, events", async () => {
    const { page, problems } = await open("/?kind=tokenizer", view);
    await page.getByRole("link", { name: "<b>FQ</b> 256 × 2", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "<b>FQ</b> 256 × 2" }).waitFor();
    await page.locator(".chart canvas").first().waitFor();
    const images = page.locator(".media img");
    await images.first().waitFor();
    const loaded = await images.evaluateAll((all) =>
      Promise.all(
        (all as HTMLImageElement[]).map((image) => image.decode().then(() => image.naturalWidth)),
      ),
    );
    expect(Math.min(...loaded)).toBeGreaterThan(31);
    await page.getByText("bitsPerImage").waitFor();
    await page.screenshot({ path: picture("run"), fullPage: true });
    expect(await overflows(page)).toBe(false);
    expect(problems).toEqual([]);
    await page.close();
  });

  it("shows the sweep's table", async () => {
    const { page, problems } = await open("/sweeps", view);
    await page.getByRole("link", { name: /tiny/ }).click();
    const row = page.getByRole("row", { name: /VQ 64/ });
    await row.waitFor();
    expect(await row.getByRole("cell").allTextContents()).toContain("384");
    await page.screenshot({ path: picture("sweep"), fullPage: true });
    expect(await overflows(page)).toBe(false);
    expect(problems).toEqual([]);
    await page.close();
  });
});

describe("dashboard, live", () => {
  it("shows a new run without reloading", async () => {
    const { page } = await open("/", { width: 1440, colorScheme: "light" });
    await page.getByText("4 of 4").waitFor();
    const more = ["--set", "tokenizer.train.steps=9", "--set", "tokenizer.train.batchSize=4"];
    const preset = ["train", "tokenizer", "vqgan-mini", "--data", "emoji", "--seed", "7"];
    await run("npx", ["fqgan", "--runs", runs, ...preset, ...more]);
    await page.getByText("5 of 5").waitFor();
    await page.close();
  });
});
