import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRunFolder, RunFolder, runConfigSchema } from "@fqgan/experiment";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "./app.js";
import { thinOut } from "./curves.js";
import { FolderWatch } from "./folder-watch.js";

const runs = mkdtempSync(join(tmpdir(), "fqgan-dashboard-"));
const watch = new FolderWatch(runs, 20);
const assets = {
  read: () => ({ content: new TextEncoder().encode("page"), type: "text/html", immutable: false }),
};
const app = createApp({ runsFolder: runs, watch, assets, hosts: [] });
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

  it("gives one run's protocol, media and curves, with gaps where a value was not a number", async () => {
    const run = await (await get("/api/runs/good")).json();
    expect(run.protocol.psnr).toBe("test split, N = 7");
    expect(run.media).toEqual([
      { file: "reconstructions-5.png", kind: "reconstructions", step: 5, caption: "c" },
    ]);
    const curves = await (await get("/api/runs/good/curves")).json();
    expect(curves.loss).toEqual({ step: [1, 2, 3, 4, 5], value: [1, 0.5, null, 0.25, 0.2] });
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
  ])("refuses %s", async (path) => {
    const response = await get(path);
    expect(response.status).toBe(404);
    expect(await response.json()).toHaveProperty("error");
  });

  it("refuses a foreign Host header", async () => {
    expect((await get("/api/runs", "attacker.example:7860")).status).toBe(403);
    expect((await get("/api/runs", "localhost:7860")).status).toBe(200);
  });

  it("notices a run that changes and one that vanishes", async () => {
    const run = await RunFolder.open(createRunFolder(runs, config("moving")));
    const heard: string[][] = [];
    const stop = watch.listen((ids) => heard.push(ids));
    run.logMetrics(1, { loss: 1 });
    await expect.poll(() => heard.flat()).toContain("moving");
    run.close();
    heard.length = 0;
    rmSync(join(runs, "moving"), { recursive: true });
    await expect.poll(() => heard.flat()).toContain("moving");
    stop();
  });
});

describe("thinOut", () => {
  it("keeps the ends and every spike", () => {
    const points = Array.from(
      { length: 10_000 },
      (_, step) => [step, step === 7777 ? 50 : 1] as const,
    );
    const curve = thinOut(points, 100);
    expect(curve.step.length).toBeLessThanOrEqual(100);
    expect(curve.step[0]).toBe(0);
    expect(curve.step.at(-1)).toBe(9999);
    expect(Math.max(...(curve.value as number[]))).toBe(50);
    expect([...curve.step]).toEqual([...curve.step].sort((a, b) => a - b));
  });
});
