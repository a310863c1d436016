/** The dashboard in a real browser over run folders that the command line made. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { exportDashboard, type RunningDashboard, startDashboard } from "@fqgan/dashboard";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchChromium } from "./chromium.js";

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
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await dashboard?.close();
  rmSync(folder, { recursive: true, force: true });
});

const axe = readFileSync("node_modules/axe-core/axe.min.js", "utf8");
const idOf = (start: string) => readdirSync(runs).find((name) => name.startsWith(start))!;

/** Opens a page and collects what goes wrong on it. */
async function open(
  path: string,
  options: { width: number; colorScheme: "light" | "dark" },
  base = dashboard.url,
) {
  const page = await browser.newPage({
    viewport: { width: options.width, height: 900 },
    colorScheme: options.colorScheme,
  });
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  await page.goto(base + path);
  return { page, problems };
}

/** What is wrong for people who use a keyboard, a reader or little contrast. */
async function barriers(page: Page): Promise<string[]> {
  // evaluate() runs outside of the page's content security policy.
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

/** What every page must be: quiet, no wider than the screen, without barriers; photographed. */
async function check(page: Page, problems: readonly string[], picture: string) {
  await page.screenshot({ path: picture, fullPage: true });
  expect(await overflows(page)).toBe(false);
  expect(problems).toEqual([]);
  expect(await barriers(page)).toEqual([]);
  await page.close();
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
    await check(page, problems, picture("runs"));
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
    await page.getByRole("region", { name: /^memory: last value .* MB$/ }).waitFor();
    const checkpoint = page.getByRole("row", { name: /model\.safetensors/ });
    expect(await checkpoint.getByRole("cell").nth(1).textContent()).toBe("12");
    await checkpoint.getByRole("button", { name: "Compute" }).click();
    const file = join(runs, idOf("tokenizer-vq-256x2"), "checkpoints/model.safetensors");
    const hash = createHash("sha256").update(readFileSync(file)).digest("hex");
    await checkpoint.getByTitle(hash).waitFor();
    await page
      .getByRole("region", { name: "Log" })
      .getByText(/train 1\/12/)
      .waitFor();
    await check(page, problems, picture("run"));
  });

  it("shows the sweep's table", async () => {
    const { page, problems } = await open("/sweeps", view);
    await page.getByRole("link", { name: /tiny/ }).click();
    const row = page.getByRole("row", { name: /^VQ 64/ });
    await row.waitFor();
    expect(await row.getByRole("cell").allTextContents()).toContain("384");
    await page.getByText("Plot two columns").click();
    await page.getByRole("img", { name: /against parameters: VQ 64/ }).waitFor();
    // One seed: a contrast has no pair of repetitions, and says so.
    const contrast = page.getByRole("row", { name: /^bits: <b>FQ<\/b> 256 × 2 against VQ 64/ });
    expect(await contrast.getByRole("cell").nth(1).textContent()).toBe("not run");
    await page.getByRole("img", { name: /PSNR ↑ against bits\/image: VQ 64 384/ }).waitFor();
    await check(page, problems, picture("sweep"));
  });

  it("compares runs: results, curves of both, options that differ, pictures at a step", async () => {
    const { page, problems } = await open("/?kind=tokenizer", view);
    await page.getByRole("checkbox", { name: /VQ 64/ }).check();
    await page.getByRole("checkbox", { name: /FQ/ }).check();
    await page.getByRole("button", { name: "Compare 2" }).click();
    await page.getByRole("heading", { level: 1, name: "Compare" }).waitFor();
    await page.locator(".chart canvas").first().waitFor();
    const option = page.getByRole("row", { name: /visual\.quantizer\.size/ });
    expect(await option.getByRole("cell").allTextContents()).toEqual(["64", "256"]);
    expect(await page.locator(".media img").count()).toBe(2);
    await check(page, problems, picture("compare"));
  });

  it("shows codebooks: use by rank, over training, and a map of what factors tell apart", async () => {
    const { page, problems } = await open(`/runs/${idOf("tokenizer-vq-256x2")}/codebooks`, view);
    await page.getByRole("heading", { name: "visual", exact: true }).waitFor();
    await page.getByRole("img", { name: /semantic: counts by rank/ }).waitFor();
    await page
      .getByRole("img", { name: /visual: share of each code over \d+ validations/ })
      .waitFor();
    await page.locator(".tsne[data-finished]").nth(1).waitFor();
    await check(page, problems, picture("codebooks"));
  });

  it("shows the codes of an image, the patches of a code, and swapped codes", async () => {
    const { page, problems } = await open(`/runs/${idOf("tokenizer-vq-256x2")}/tokens`, view);
    await page.locator(".tokens button").first().click();
    await page.getByText(/places in \d+ of 64 images/).waitFor();
    expect(await page.locator(".patches .tile").count()).toBeGreaterThan(0);
    await page.getByLabel("The other image").selectOption("5");
    await page.locator(".panels img").last().waitFor();
    await page.waitForFunction(() =>
      [...document.querySelectorAll<HTMLImageElement>(".panels img")].every(
        ({ naturalWidth }) => naturalWidth === 32,
      ),
    );
    expect(page.url()).toMatch(/code=visual%3A\d+&other=5/);
    await check(page, problems, picture("tokens"));
  });

  it("shows what generators drew, by class", async () => {
    const { page, problems } = await open("/gallery", view);
    await page.locator(".samples .tile").first().waitFor();
    await page.getByLabel("Class").selectOption("Flags");
    expect(await page.locator(".class-row").count()).toBe(1);
    expect(await page.locator(".samples .tile").count()).toBe(2);
    await check(page, problems, picture("gallery"));
  });
});

const desktop = { width: 1440, colorScheme: "light" } as const;

describe("dashboard, by keyboard", () => {
  it("sorts, selects and follows a run without a mouse", async () => {
    const { page } = await open("/?kind=tokenizer", desktop);
    await page.getByRole("button", { name: /^Run/ }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/sort=/);
    await page.getByRole("checkbox", { name: /VQ 64/ }).focus();
    await page.keyboard.press("Space");
    await page.getByRole("button", { name: "Compare 1" }).waitFor();
    await page.getByRole("link", { name: "VQ 64", exact: true }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "VQ 64" }).waitFor();
    // Every control that can be reached shows where it is.
    await page.keyboard.press("Tab");
    const outline = await page.evaluate(
      () => getComputedStyle(document.activeElement!).outlineStyle,
    );
    expect(outline).not.toBe("none");
    await page.close();
  });
});

describe("dashboard, damaged folders", () => {
  const damaged = join(folder, "damaged");
  let server: RunningDashboard;
  beforeAll(async () => {
    cpSync(runs, damaged, { recursive: true });
    const path = (...parts: string[]) => join(damaged, ...parts);
    writeFileSync(path(idOf("tokenizer-vq-64"), "media/inputs.png"), "no picture");
    appendFileSync(path(idOf("tokenizer-vq-64"), "metrics.jsonl"), '{"step":99,"train/lo');
    const older = path(idOf("codes-"), "config.json");
    const config = JSON.parse(readFileSync(older, "utf8"));
    writeFileSync(older, JSON.stringify({ ...config, format: 0 }));
    server = await startDashboard({ runs: damaged, port: 0 });
  });
  afterAll(() => server?.close());

  it("says what can't be read, and shows the rest", async () => {
    const { page } = await open("/", desktop, server.url);
    await page.getByTitle(/expected run folder format 1, got 0/).waitFor();
    await page.getByRole("link", { name: "VQ 64", exact: true }).click();
    await page.getByText(/This picture can't be read/).waitFor();
    await page.locator(".chart canvas").first().waitFor();
    await page.close();
  });

  it("says that a run was deleted while it was shown", async () => {
    const { page } = await open(`/runs/${idOf("generator-")}`, desktop, server.url);
    await page.getByRole("heading", { level: 1 }).waitFor();
    rmSync(join(damaged, idOf("generator-")), { recursive: true });
    await page
      .getByText(/not found in/)
      .first()
      .waitFor();
    await page.close();
  });

  it("goes on when the server was away", async () => {
    const { page } = await open("/", desktop, server.url);
    await page.getByText("live", { exact: true }).waitFor();
    const port = Number(new URL(server.url).port);
    await server.close();
    await page.getByText("connection lost, retrying").waitFor();
    server = await startDashboard({ runs: damaged, port });
    await page.getByText("live", { exact: true }).waitFor({ timeout: 20_000 });
    await page.close();
  });
});

describe("dashboard, hostile folders", () => {
  const hostile = join(folder, "hostile");
  const attack = `"><img src=x onerror="window.attacked=true"><script>window.attacked=true</script>`;
  let server: RunningDashboard;
  beforeAll(async () => {
    cpSync(runs, hostile, { recursive: true });
    const edit = (path: string, change: (value: Record<string, unknown>) => object) => {
      const whole = path.endsWith(".jsonl") ? readFileSync(path, "utf8").trim().split("\n") : [];
      const text = whole.map((line) => JSON.stringify(change(JSON.parse(line)))).join("\n");
      if (whole.length > 0) writeFileSync(path, `${text}\n`);
      else writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, "utf8")))));
    };
    for (const name of readdirSync(hostile).filter((id) => /^(tokenizer|generator)-/.test(id))) {
      const path = (file: string) => join(hostile, name, file);
      edit(path("config.json"), (config) => ({
        ...config,
        label: `${attack} ${name.slice(0, 20)}`,
        config: { ...(config.config as object), note: attack },
        versions: { [attack]: attack },
      }));
      edit(path("media.jsonl"), (row) => ({
        ...row,
        caption: attack,
        ...(row.items !== undefined && {
          items: (row.items as string[]).map((item) => `${item} ${attack}`),
        }),
      }));
      edit(path("events.jsonl"), (row) => ({ ...row, message: attack }));
      edit(path("metrics.jsonl"), (row) => ({ ...row, [`train/${attack}`]: 1 }));
      edit(path("summary.json"), (summary) => ({
        ...summary,
        metrics: { ...(summary.metrics as object), [attack]: 1 },
        protocols: { [attack]: { split: attack, images: 1, note: attack } },
      }));
      appendFileSync(path("log.txt"), `${attack}\n`);
    }
    edit(join(hostile, "sweeps/tiny/sweep.json"), (record) => ({
      ...record,
      title: attack,
      tables: (record.tables as { title: string }[]).map((table) => ({ ...table, title: attack })),
    }));
    server = await startDashboard({ runs: hostile, port: 0 });
  });
  afterAll(() => server?.close());

  it("shows markup as text on every page, and in an export", async () => {
    const out = join(folder, "hostile-export");
    const { page: file } = await exportDashboard({ runs: hostile, out });
    const tokenizer = idOf("tokenizer-vq-256x2");
    const other = idOf("tokenizer-vq-64");
    const addresses = [
      "/",
      `/runs/${tokenizer}`,
      `/runs/${tokenizer}/codebooks`,
      `/runs/${tokenizer}/tokens`,
      `/compare?runs=${tokenizer},${other}`,
      "/sweeps",
      "/sweeps/tiny",
      "/gallery",
    ];
    for (const base of [server.url, `${pathToFileURL(file).href}#`])
      for (const address of addresses) {
        const { page } = await open(address, desktop, base);
        const alerts: string[] = [];
        page.on("dialog", (dialog) => alerts.push(dialog.message()));
        const heading = page.getByRole("heading", { level: 1 });
        await heading.waitFor();
        // What comes after the page's own first request has come as well.
        await page.waitForTimeout(500);
        const where = `${base}${address}`;
        const attacked = () => (window as { attacked?: boolean }).attacked ?? false;
        expect(await page.evaluate(attacked), where).toBe(false);
        expect(await page.locator("main img[onerror], main script").count(), where).toBe(0);
        expect(alerts, where).toEqual([]);
        if (address === `/runs/${tokenizer}`) {
          expect(await heading.textContent()).toContain(attack);
          await page.getByRole("region", { name: "Log" }).getByText(attack).waitFor();
          await page.getByRole("region", { name: "Config" }).getByText("note").waitFor();
        }
        await page.close();
      }
  });
});

describe("dashboard, exported", () => {
  it("works from files", async () => {
    const out = join(folder, "export");
    const { page: file } = await exportDashboard({ runs, out });
    const { page, problems } = await open("", desktop, pathToFileURL(file).href);
    await page.getByRole("link", { name: "VQ 64", exact: true }).click();
    await page.locator(".chart canvas").first().waitFor();
    const image = page.locator(".media img").first();
    await image.waitFor();
    expect(
      await image.evaluate((img: HTMLImageElement) => img.decode().then(() => img.naturalWidth)),
    ).toBeGreaterThan(31);
    await page.getByRole("link", { name: "Codebooks" }).click();
    await page.getByRole("img", { name: /counts by rank/ }).waitFor();
    await page.getByRole("link", { name: "Gallery" }).click();
    await page.locator(".samples .tile").first().waitFor();
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
