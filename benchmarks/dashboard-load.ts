/**
 * The dashboard over many long runs, as a person meets it in Chromium:
 *   npx tsx --conditions=@fqgan/source benchmarks/dashboard-load.ts [--runs 1000] [--rows 10000] [--clients 200]
 * Prints how long the table takes to show, medians of what a person does, the server's memory, and how
 * soon all listeners hear of a change. The runs are written by the script, with the store's own code but
 * for the rows, which it repeats.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { createRunFolder, RunFolder, runConfigSchema } from "@fqgan/experiment";
import type { Page } from "playwright-core";
import { launchChromium } from "../tests/system/chromium.js";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "1000" },
    rows: { type: "string", default: "10000" },
    clients: { type: "string", default: "200" },
  },
});
const [RUNS, ROWS, CLIENTS] = [values.runs, values.rows, values.clients].map(Number) as [
  number,
  number,
  number,
];
const SETTINGS = 200;
const REPEATS = 15;

const folder = mkdtempSync(join(tmpdir(), "fqgan-load-"));
const idOf = (run: number) => `tokenizer-vq-256-${String(run).padStart(10, "0")}`;
const median = (numbers: readonly number[]) =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
const report = (what: string, value: string) => console.log(`${what.padEnd(58)} ${value}`);

async function writeRuns(): Promise<void> {
  const rows = Array.from({ length: ROWS }, (_, step) => {
    const loss = 1 / (1 + step / 500) + 0.01 * Math.sin(step);
    const scalars = {
      "train/loss": loss,
      "train/loss.reconstruction": loss / 2,
      "train/gradientNorm": 1 + loss,
      "validation/psnr": 20 - loss,
    };
    return `${JSON.stringify({ step, time: step, elapsedMs: step * 40, ...scalars })}\n`;
  }).join("");
  for (let run = 0; run < RUNS; run++) {
    const config = runConfigSchema.parse({
      format: 1,
      id: idOf(run),
      label: `VQ ${64 + (run % SETTINGS)}`,
      kind: "tokenizer",
      revision: 1,
      seed: Math.floor(run / SETTINGS),
      config: { model: { size: 64 + (run % SETTINGS) } },
      inputs: {},
      createdAt: new Date(run).toISOString(),
      git: null,
      versions: {},
    });
    const open = await RunFolder.open(createRunFolder(folder, config));
    open.writeSummary({
      metrics: { "test/fid": 30 + (run % 17), "test/psnr": 19 + (run % 7) / 10, bitsPerImage: 512 },
      protocols: { "test/fid": { split: "test", images: 313, extractor: "builtin-64-v1" } },
    });
    open.markDone();
    open.close();
    writeFileSync(join(folder, idOf(run), "metrics.jsonl"), rows);
  }
}

async function startServer(): Promise<{ server: ChildProcess; url: string }> {
  const command = ["--conditions=@fqgan/source", "packages/cli/src/main.ts", "--json"];
  const server = spawn("node_modules/.bin/tsx", [...command, "dashboard", folder, "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: server.stdout! }))
    return { server, url: JSON.parse(line).url };
  throw new Error("the dashboard ended before it said where it is");
}

/** Resident memory of a process and its children in MB. */
function residentMb(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ");
  const own = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  const rest = children.filter(Boolean).map((child) => residentMb(Number(child)));
  return Number(own?.[1] ?? 0) / 1024 + rest.reduce((sum, mb) => sum + mb, 0);
}

/** Milliseconds from an action until the page shows what it should, as the page's own clock sees it. */
async function timed(page: Page, action: () => Promise<unknown>, shown: () => Promise<unknown>) {
  const start = performance.now();
  await action();
  await shown();
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  return performance.now() - start;
}

async function interactions(page: Page, url: string): Promise<void> {
  const first: number[] = [];
  for (let i = 0; i < 5; i++)
    first.push(
      await timed(
        page,
        () => page.goto(url),
        () => page.getByRole("link", { name: /^VQ/ }).first().waitFor(),
      ),
    );
  report("first paint of the table, first visit", `${first[0]!.toFixed(0)} ms`);
  report("first paint of the table, median of 5", `${median(first).toFixed(0)} ms`);

  const search = page.getByRole("searchbox");
  const filter: number[] = [];
  const sort: number[] = [];
  const group: number[] = [];
  for (let i = 0; i < REPEATS; i++) {
    const size = 64 + i;
    filter.push(
      await timed(
        page,
        () => search.fill(`VQ ${size}`),
        () =>
          page.waitForFunction((n) => !document.body.textContent.includes(`${n} of ${n}`), RUNS),
      ),
    );
    await search.fill("");
    await page.getByText(`${RUNS} of ${RUNS}`).waitFor();
    const title = i % 2 === 0 ? "Kind" : "Seed";
    sort.push(
      await timed(
        page,
        () => page.getByRole("button", { name: title, exact: true }).click(),
        () => page.locator("th[aria-sort]", { hasText: title }).waitFor(),
      ),
    );
    group.push(
      await timed(
        page,
        () => page.getByRole("button", { name: "group seeds" }).click(),
        () => page.getByText(/settings of/).waitFor(),
      ),
    );
    await page.getByRole("button", { name: "group seeds" }).click();
    await page.getByText(/settings of/).waitFor({ state: "detached" });
  }
  report(`filter ${RUNS} runs, median of ${REPEATS}`, `${median(filter).toFixed(0)} ms`);
  report(`sort, median of ${REPEATS}`, `${median(sort).toFixed(0)} ms`);
  report(`group by setting, median of ${REPEATS}`, `${median(group).toFixed(0)} ms`);

  const ids = Array.from({ length: 8 }, (_, i) => idOf((i % 4) * SETTINGS + Math.floor(i / 4)));
  const compare: number[] = [];
  for (let i = 0; i < 5; i++)
    compare.push(
      await timed(
        page,
        () => page.goto(`${url}/compare?runs=${ids.join()}`),
        () => page.locator(".chart canvas").nth(3).waitFor(),
      ),
    );
  report(`compare 8 runs × ${ROWS} rows, first time`, `${compare[0]!.toFixed(0)} ms`);
  report("the same page again, median of 4", `${median(compare.slice(1)).toFixed(0)} ms`);
  const zoom: number[] = [];
  const toggle: number[] = [];
  for (let i = 0; i < REPEATS; i++) {
    const over = page.locator(".chart .u-over").first();
    const box = (await over.boundingBox())!;
    zoom.push(
      await timed(
        page,
        async () => {
          await page.mouse.move(box.x + box.width * 0.3, box.y + 40);
          await page.mouse.down();
          await page.mouse.move(box.x + box.width * 0.5, box.y + 40);
          const answered = page.waitForResponse((response) => response.url().includes("from="));
          await page.mouse.up();
          await answered;
        },
        () => page.getByRole("button", { name: "Whole range" }).waitFor(),
      ),
    );
    await page.getByRole("button", { name: "Whole range" }).click();
    toggle.push(
      await timed(
        page,
        () => page.getByRole("button", { name: "log scale" }).click(),
        () => page.locator(".chart canvas").first().waitFor(),
      ),
    );
  }
  report(`zoom into 8 runs, re-queried, median of ${REPEATS}`, `${median(zoom).toFixed(0)} ms`);
  report(`log scale on and off, median of ${REPEATS}`, `${median(toggle).toFixed(0)} ms`);
}

/** Milliseconds until every listener has heard of a change. */
async function listeners(url: string): Promise<void> {
  const stop = new AbortController();
  const heard = Array.from({ length: CLIENTS }, async () => {
    const response = await fetch(`${url}/api/live`, { signal: stop.signal });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    return {
      change: (async () => {
        for (;;) {
          const { value, done } = await reader.read();
          if (done || value.includes("event: change")) return performance.now();
        }
      })(),
    };
  });
  const connected = await Promise.all(heard);
  await new Promise((resolve) => setTimeout(resolve, 2500));
  const start = performance.now();
  rmSync(join(folder, idOf(0), "done"));
  appendFileSync(join(folder, idOf(0), "metrics.jsonl"), '{"step":1000000,"train/loss":1}\n');
  const times = await Promise.all(connected.map(({ change }) => change));
  report(
    `${CLIENTS} listeners have all heard of a change (looked for every second)`,
    `${(Math.max(...times) - start).toFixed(0)} ms`,
  );
  stop.abort();
}

let server: ChildProcess | undefined;
try {
  await writeRuns();
  const started = await startServer();
  server = started.server;
  const browser = await launchChromium();
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  report("runs × rows", `${RUNS} × ${ROWS}`);
  await interactions(page, started.url);
  await browser.close();
  await listeners(started.url);
  report("server's resident memory", `${residentMb(server.pid!).toFixed(0)} MB`);
} finally {
  server?.kill();
  rmSync(folder, { recursive: true, force: true });
}
