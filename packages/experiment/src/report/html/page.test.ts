import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import type { RunConfig } from "../../schema/run-format.js";
import type { SweepRecord } from "../../schema/sweep-format.js";
import { createRunFolder, RunFolder } from "../../store/run-folder.js";
import { curveChart } from "./curves.js";
import { reportPage } from "./page.js";
import { usageChart } from "./usage-chart.js";

const HOSTILE = `<img src=x onerror="alert(1)">`;

it("shows names, captions and commands as text, and needs no other file", async () => {
  const runs = mkdtempSync(join(tmpdir(), "fqgan-report-"));
  const config: RunConfig = {
    format: 1,
    id: "tokenizer-a",
    label: HOSTILE,
    kind: "tokenizer",
    revision: 1,
    seed: 0,
    config: {},
    inputs: {},
    createdAt: "",
    git: null,
    versions: {},
  };
  const run = await RunFolder.open(createRunFolder(runs, config));
  const grid = { step: 1, width: 64, height: 16, columns: 4, rows: 1, png: new Uint8Array([137]) };
  run.logMetrics(1, { "validation/psnr": 10 });
  run.logMetrics(2, { "validation/psnr": 12 });
  run.logMedia({ ...grid, name: "inputs", kind: "inputs", caption: HOSTILE });
  run.logMedia({ ...grid, name: "r", kind: "reconstructions", caption: "r" });
  run.logMedia({ ...grid, name: "t", kind: "tokens", codebook: HOSTILE, caption: "t" });
  run.logUsage({ step: 2, split: "test", codebook: HOSTILE, counts: [3, 0, 1] });
  run.markDone();
  run.close();
  rmSync(join(run.path, "media/t.png"));
  writeFileSync(join(run.path, "media/unrelated.png"), "");
  const record: SweepRecord = {
    format: 1,
    name: "s",
    title: HOSTILE,
    createdAt: "2025-01-01T00:00:00Z",
    command: HOSTILE,
    variant: null,
    seeds: [0],
    axes: {},
    points: [],
    order: ["tokenizer-a", "tokenizer-unfinished"],
    tables: [],
  };
  const drawing = { name: "figure-1", title: HOSTILE, svg: "<svg></svg>" };
  const { html, pictures } = reportPage(runs, record, { tables: [], drawings: [drawing] });
  expect(html).toContain("<svg></svg>");
  expect(html).not.toContain(HOSTILE);
  expect(html).toContain("&lt;img src=x");
  expect(pictures).toBe(2);
  expect(html).toContain("media/t.png is missing");
  expect(html).toContain("1 of 2 runs done");
  expect(html).toContain("2 of 3 codes used (67 %)");
  expect(html).not.toMatch(/(?:src|href)="(?!data:)/);
  rmSync(runs, { recursive: true });
});

it("draws curves between round numbers and leaves out what is no number", () => {
  const points = [
    { x: 0, y: 1 },
    { x: 50, y: Number.NaN },
    { x: 100, y: 3 },
  ];
  const svg = curveChart("loss", [{ label: "a", points }])!;
  expect(svg).toContain(">2<");
  expect(svg).toContain(">100<");
  expect(svg).not.toContain("NaN");
  expect(curveChart("loss", [{ label: "a", points: points.slice(0, 1) }])).toBeUndefined();
});

it("draws one bar for several codes of a large codebook", () => {
  const counts = Array.from({ length: 16_384 }, (_, code) => code % 2);
  const svg = usageChart({ step: 0, time: 0, split: "test", codebook: "visual", counts }, 0);
  expect(svg.match(/<rect/g)).toHaveLength(256);
  expect(svg).toContain("8192 of 16384 codes used (50 %)");
});
