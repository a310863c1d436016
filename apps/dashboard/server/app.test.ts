import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRunFolder, RunFolder, runConfigSchema } from "@fqgan/experiment";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "./app.js";
import { exportDashboard } from "./export.js";
import { ModelStore } from "./playground/model-store.js";
import { RunIndex } from "./run-index.js";

const runs = mkdtempSync(join(tmpdir(), "fqgan-dashboard-"));
const index = new RunIndex(runs, 20);
const assets = {
  files: ["/index.html"],
  read: () => ({ content: new TextEncoder().encode("page"), type: "text/html", immutable: false }),
};
const playground = { assets, store: new ModelStore({ folder: join(runs, "cache") }) };
const app = createApp({ index, assets, playground, hosts: [] });
const get = (path: string, host = "127.0.0.1:7860") => app.request(path, { headers: { host } });
const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47);

function config(id: string) {
  return runConfigSchema.parse({
    format: 1,
    id,
    label: `<b>${id}</b>`,
    kind: "tokenizer",
    revision: 1,
    seed: 3,
    config: { width: 8 },
    inputs: {},
    createdAt: new Date(0).toISOString(),
    git: null,
    versions: {},
  });
}

beforeAll(async () => {
  const run = await RunFolder.open(createRunFolder(runs, config("good")));
  for (let step = 1; step <= 5; step++)
    run.logMetrics(step, { loss: step === 3 ? Number.NaN : 1 / step });
  run.logMedia({
    name: "reconstructions-5",
    png,
    step: 5,
    kind: "reconstructions",
    caption: "c",
    width: 1,
    height: 1,
    columns: 1,
    rows: 1,
  });
  run.writeSummary({ metrics: { psnr: 20 }, protocols: { psnr: { split: "test", images: 7 } } });
  run.markDone();
  run.close();
  mkdirSync(join(runs, "broken"));
  writeFileSync(join(runs, "broken/config.json"), "{ half");
  writeFileSync(join(runs, "secret.png"), "secret");
  symlinkSync("/etc", join(runs, "outside"));
});
afterAll(() => rmSync(runs, { recursive: true }));

describe("dashboard server", () => {
  it("lists runs with their results, and a damaged folder as such", async () => {
    const rows = await (await get("/api/runs")).json();
    const good = rows.find((row: { id: string }) => row.id === "good");
    expect(good).toMatchObject({
      status: "done",
      seed: 3,
      summary: { psnr: 20 },
      label: "<b>good</b>",
    });
    const broken = rows.find((row: { id: string }) => row.id === "broken");
    expect(broken.problem).toContain("config.json");
  });

  it("gives a sweep's contrasts with their verdicts, and its plots", async () => {
    const folder = mkdtempSync(join(tmpdir(), "fqgan-sweep-"));
    const psnr = { metric: "tokenizer/psnr", title: "PSNR ↑", goal: "max", digits: 2 };
    const bits = { metric: "tokenizer/bitsPerImage", title: "bits/image", digits: 0 };
    const points = [];
    for (const [model, better] of [
      ["VQ", 0],
      ["FQ", 1],
    ] as const)
      for (const seed of [0, 1, 2]) {
        const id = `${model.toLowerCase()}-${seed}`;
        const run = await RunFolder.open(createRunFolder(folder, config(id)));
        run.writeSummary({
          metrics: { psnr: 20 + seed + better * (2 + 0.1 * seed), bitsPerImage: 64 },
          protocols: {},
        });
        run.markDone();
        run.close();
        const stages = { tokenizer: id };
        points.push({ label: id, slug: id, seed, axes: { model }, stages });
      }
    const selection = { rows: ["model"], where: {} };
    const contrast = { treatment: "FQ", baseline: "VQ", smallest: 1, agreeing: [], family: "a" };
    mkdirSync(join(folder, "sweeps/s"), { recursive: true });
    writeFileSync(
      join(folder, "sweeps/s/sweep.json"),
      JSON.stringify({
        format: 1,
        name: "s",
        title: "S",
        createdAt: "",
        command: "",
        variant: null,
        seeds: [0, 1, 2],
        axes: { model: ["VQ", "FQ"] },
        points,
        order: points.map(({ label }) => label),
        tables: [],
        contrasts: [{ name: "c", claim: "helps", metric: psnr, ...selection, ...contrast }],
        plots: [
          { name: "p", title: "P", x: bits, y: psnr, ...selection, lines: { both: ["VQ", "FQ"] } },
        ],
      }),
    );
    const server = createApp({ index: new RunIndex(folder, 20), assets, playground, hosts: [] });
    const answer = await server.request("/api/sweeps/s", { headers: { host: "127.0.0.1:7860" } });
    const { contrasts, plots } = await answer.json();
    const [row] = contrasts.rows;
    expect(row).toMatchObject({ label: "c: FQ against VQ", claim: "helps", verdict: "supported" });
    expect(row.effect.mean).toBeCloseTo(2.1, 10);
    expect(row.effect.low).toBeGreaterThan(1.8);
    expect(row.cells).toHaveLength(contrasts.head.length);
    expect(plots[0]).toMatchObject({ title: "P: PSNR ↑", x: "bits/image", y: "PSNR ↑" });
    const [vq, fq] = plots[0].lines[0].points;
    expect(vq).toEqual({ label: "VQ", x: 64, y: 21, deviation: 1 });
    expect(fq.y).toBeCloseTo(23.1, 10);
    rmSync(folder, { recursive: true });
  });

  it("gives one run's protocol, media and curves, with gaps where a value was not a number", async () => {
    const run = await (await get("/api/runs/good")).json();
    expect(run.protocol.psnr).toBe("test split, N = 7");
    expect(run.media).toEqual([
      {
        file: "reconstructions-5.png",
        kind: "reconstructions",
        step: 5,
        caption: "c",
        columns: 1,
        rows: 1,
      },
    ]);
    const curves = await (await get("/api/curves?runs=good")).json();
    expect(curves.loss).toEqual([
      {
        x: [1, 2, 3, 4, 5],
        mean: [1, 0.5, null, 0.25, 0.2],
        low: [1, 0.5, null, 0.25, 0.2],
        high: [1, 0.5, null, 0.25, 0.2],
      },
    ]);
    const media = await get("/api/runs/good/media/reconstructions-5.png");
    expect(new Uint8Array(await media.arrayBuffer())).toEqual(png);
  });

  it.each([
    "/api/runs/..%2f..%2fetc",
    "/api/runs/outside",
    "/api/runs/good/media/..%2f..%2fsecret.png",
    "/api/runs/good/media/..%2fconfig.json",
    "/api/sweeps/..%2fgood",
    "/api/runs/none",
    "/api/runs/none/codebooks",
    "/api/runs/outside/tokens",
    "/api/runs/..%2f/drawn.png?visual=1",
    "/api/curves?runs=good,none",
  ])("refuses %s", async (path) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await response.json()).toHaveProperty("error");
  });

  it.each([
    ["/api/curves?runs=good&axis=week", /axis/],
    ["/api/curves?runs=good&points=1000000", /points/],
    [`/api/curves?runs=${Array.from({ length: 201 }, (_, i) => `r${i}`).join()}`, /at most 200/],
    ["/api/runs/good/tokens", /no codes were written down/],
  ])("says what is wrong with %.60s", async (path, message) => {
    const response = await get(path);
    expect(response.status).toBe(400);
    expect((await response.json()).error).toMatch(message);
  });

  it("refuses an address that is far too long", async () => {
    expect((await get(`/api/curves?runs=${"x".repeat(9000)}`)).status).toBe(414);
  });

  it("asks for the token where it listens beyond this machine", async () => {
    const open = createApp({ index, assets, playground, hosts: [], token: "secret-token" });
    const ask = (path: string, headers: Record<string, string> = {}) =>
      open.request(path, { headers: { host: "gpu-7.example:7860", ...headers } });
    expect((await ask("/api/runs")).status).toBe(401);
    expect((await ask("/api/runs?token=wrong")).status).toBe(401);
    expect((await ask("/api/runs", { authorization: "Bearer secret-token" })).status).toBe(200);
    const entered = await ask("/?token=secret-token");
    expect(entered.status).toBe(302);
    expect(entered.headers.get("location")).toBe("/");
    const cookie = entered.headers.get("set-cookie")!;
    expect(cookie).toMatch(/HttpOnly.*SameSite=Strict/);
    expect((await ask("/api/runs", { cookie: cookie.split(";")[0]! })).status).toBe(200);
  });

  it("lets no name, caption or result become markup in an export", async () => {
    const out = join(runs, "..", `export-${process.pid}`);
    try {
      const { page } = await exportDashboard({ runs, out });
      const data = readFileSync(join(out, "data.js"), "utf8");
      expect(data).not.toContain("<b>");
      expect(data).toContain("\\u003cb>good");
      expect(readFileSync(page, "utf8")).toMatch(/<script src="\.\/data\.js">/);
      await expect(exportDashboard({ runs, out })).rejects.toThrow(
        /expected an empty or new folder/,
      );
    } finally {
      rmSync(out, { recursive: true, force: true });
    }
  });

  it("reads curves on from where it was, and anew when a run went back to a checkpoint", async () => {
    const run = await RunFolder.open(createRunFolder(runs, config("growing")));
    const losses = async () =>
      (await (await get("/api/curves?runs=growing&names=loss")).json()).loss?.[0];
    for (const step of [1, 2, 3]) run.logMetrics(step, { loss: step });
    expect((await losses()).mean).toEqual([1, 2, 3]);
    run.logMetrics(4, { loss: 4 });
    appendFileSync(join(runs, "growing/metrics.jsonl"), '{"step":5,"lo');
    expect((await losses()).mean).toEqual([1, 2, 3, 4]);
    run.close();
    const again = await RunFolder.open(join(runs, "growing"));
    again.rewind({ step: 2, elapsedMs: 0 });
    for (const step of [3, 4, 5, 6]) again.logMetrics(step, { loss: -step });
    expect((await losses()).mean).toEqual([1, 2, -3, -4, -5, -6]);
    again.close();
    rmSync(join(runs, "growing"), { recursive: true });
  });

  it("refuses a foreign Host header", async () => {
    expect((await get("/api/runs", "attacker.example:7860")).status).toBe(403);
    expect((await get("/api/runs", "localhost:7860")).status).toBe(200);
  });

  it("notices a run that changes and one that vanishes", async () => {
    const run = await RunFolder.open(createRunFolder(runs, config("moving")));
    const heard: string[][] = [];
    const stop = index.listen((ids) => heard.push(ids));
    run.logMetrics(1, { loss: 1 });
    await expect.poll(() => heard.flat()).toContain("moving");
    run.close();
    heard.length = 0;
    rmSync(join(runs, "moving"), { recursive: true });
    await expect.poll(() => heard.flat()).toContain("moving");
    stop();
  });
});
