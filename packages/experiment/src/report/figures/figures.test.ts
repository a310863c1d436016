import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeImage, encodePng } from "@fqgan/image";
import { hostTensor } from "@fqgan/tensor";
import { describe, expect, it } from "vitest";
import type { RunConfig } from "../../schema/run-format.js";
import type { SweepRecord } from "../../schema/sweep-format.js";
import { createRunFolder, RunFolder } from "../../store/run-folder.js";
import { writeSweepRecord } from "../../store/sweep-store.js";
import { codeMapFigure } from "./code-map.js";
import { codebookSizeFigure, sizePoints } from "./codebook-size.js";
import { writeFigures } from "./write-figures.js";

const solid = (value: number) =>
  encodePng({ width: 4, height: 2, channels: 3, data: new Uint8Array(24).fill(value) });

async function tokenizerRun(runs: string, id: string, size: number): Promise<void> {
  const codebook = { quantizer: { name: "vq", size } };
  const config: RunConfig = {
    format: 1,
    id,
    label: id,
    kind: "tokenizer",
    revision: 1,
    seed: 0,
    config: { model: { codebooks: { visual: codebook, semantic: codebook } } },
    inputs: {},
    createdAt: "",
    git: null,
    versions: {},
  };
  const run = await RunFolder.open(createRunFolder(runs, config));
  const grid = { step: 1, width: 4, height: 2, columns: 2, rows: 1, caption: "" };
  run.logMedia({ ...grid, name: "i", kind: "inputs", png: await solid(10) });
  run.logMedia({ ...grid, name: "r", kind: "reconstructions", png: await solid(20) });
  for (const [i, name] of ["visual", "semantic"].entries())
    run.logMedia({ ...grid, name, kind: "factor", codebook: name, png: await solid(30 + 10 * i) });
  run.writeSummary({ metrics: { "test/fid": 1000 / size }, protocols: {} });
  run.markDone();
  run.close();
}

it("draws what a sweep's runs hold", async () => {
  const runs = mkdtempSync(join(tmpdir(), "fqgan-figures-"));
  for (const size of [64, 256]) await tokenizerRun(runs, `t-${size}`, size);
  const record: SweepRecord = {
    format: 1,
    name: "s",
    title: "Sizes <all>",
    createdAt: "",
    command: "",
    variant: null,
    seeds: [0],
    axes: {},
    points: [64, 256].map((size) => ({
      label: "",
      slug: `p-${size}`,
      seed: 0,
      axes: {},
      stages: { tokenizer: `t-${size}` },
    })),
    order: ["t-64", "t-256"],
    tables: [],
  };
  writeSweepRecord(runs, record);
  const { files, drawings } = await writeFigures(runs, record);
  const folder = join(runs, "sweeps/s");
  expect(files).toEqual(
    ["figure-1.svg", "figure-1.png", "figure-3-p-64.png", "figure-3-p-256.png"].map((name) =>
      join(folder, name),
    ),
  );
  expect(drawings.map(({ name }) => name)).toEqual(["figure-1"]);
  // twice the drawing's 480 × 320 units
  expect(await decodeImage(files[1]!)).toMatchObject({ width: 960, height: 640 });
  const paper = await writeFigures(runs, record, { paper: true });
  expect(paper.files).toContain(join(folder, "figure-1-paper.png"));
  expect(paper.drawings[1]!.svg).toContain("LFQ (MAGVIT2)");
  const { width, height, data } = await decodeImage(files[2]!);
  // original, both, visual, semantic: four rows of two pixels with four between
  expect([width, height]).toEqual([4, 4 * 2 + 3 * 4]);
  expect([0, 6, 12, 18].map((y) => data[y * width * 3])).toEqual([10, 20, 30, 40]);
  expect(data[3 * width * 3]).toBe(255);
  rmSync(runs, { recursive: true });
});

it("keeps rows of one family and size apart", async () => {
  const runs = mkdtempSync(join(tmpdir(), "fqgan-figures-"));
  for (const [id, size] of [
    ["small", 64],
    ["plain", 256],
    ["taught", 256],
  ] as const)
    await tokenizerRun(runs, id, size);
  const record: SweepRecord = {
    format: 1,
    name: "s",
    title: "S",
    createdAt: "",
    command: "",
    variant: null,
    seeds: [0],
    axes: { until: ["tokenizer"], method: ["FQ small", "FQ", "FQ, taught"] },
    points: [
      ["small", "FQ small"],
      ["plain", "FQ"],
      ["taught", "FQ, taught"],
    ].map(([id, method]) => ({
      label: "",
      slug: id!,
      seed: 0,
      axes: { until: "tokenizer", method: method! },
      stages: { tokenizer: id! },
    })),
    order: [],
    tables: [],
  };
  const families = sizePoints(runs, record).map(({ family }) => family);
  expect(families).toEqual(["vq × 2", "FQ", "FQ, taught"]);
  rmSync(runs, { recursive: true });
});

it("puts a family with several sizes on a line", () => {
  const svg = codebookSizeFigure("a <b>", [
    { family: "vq × 2", size: 128, rfid: 20 },
    { family: "vq × 2", size: 512, rfid: 10 },
    { family: "vq × 2", size: 512, rfid: 14 },
    { family: "lfq", size: 128, rfid: 30 },
  ])!;
  expect(svg).toContain("a &lt;b&gt;");
  expect(svg.match(/<circle/g)).toHaveLength(3);
  expect(codebookSizeFigure("one", [{ family: "vq", size: 8, rfid: 1 }])).toBeUndefined();
});

describe("figure 4", () => {
  /** Two clusters an odd one apart in one factor, all the same in the other. */
  const points = 24;
  const means = {
    visual: hostTensor(
      Float32Array.from({ length: points * 2 }, (_, i) =>
        i % 2 === 0 ? 5 * (Math.floor(i / 2) % 2) + 0.1 * Math.sin(i) : 0.1 * Math.cos(i),
      ),
      [points, 2],
    ),
    "semantic <b>": hostTensor(new Float32Array(points * 3), [points, 3]),
  };
  const classes = ["one", "two <i>"];
  const meanLabels = Int32Array.from({ length: points }, (_, i) => i % 2);

  it("has a panel for each factor, and a class a colour", () => {
    const svg = codeMapFigure("FQ <script>", { means, meanLabels, classes })!;
    expect(svg).not.toMatch(/<(b|i|script)>/);
    expect(svg).toContain("semantic &lt;b&gt;");
    const dots = [...svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)" r="2.4" fill="([^"]+)"/g)];
    expect(dots).toHaveLength(2 * points);
    expect(new Set(dots.map(([, , , colour]) => colour)).size).toBe(2);
    // In the first panel the classes lie apart, all inside of it.
    const visual = dots.slice(0, points).map(([, x, y]) => [Number(x), Number(y)] as const);
    for (const [x, y] of visual) {
      expect(x).toBeGreaterThan(20);
      expect(x).toBeLessThan(280);
      expect(y).toBeGreaterThan(58);
      expect(y).toBeLessThan(318);
    }
    const middle = (label: number) => {
      const own = visual.filter((_, i) => meanLabels[i] === label);
      return [0, 1].map((axis) => own.reduce((sum, p) => sum + p[axis]!, 0) / own.length);
    };
    const [[ax, ay], [bx, by]] = [middle(0), middle(1)] as [number[], number[]];
    expect(Math.hypot(ax! - bx!, ay! - by!)).toBeGreaterThan(60);
  });

  it("greys what has no colour of its own, and needs a few points", () => {
    const many = Int32Array.from({ length: points }, (_, i) => (i < 12 ? i : 0));
    const svg = codeMapFigure("many", { means, meanLabels: many, classes })!;
    expect(svg).toContain(">others<");
    expect(svg.match(/r="2.4" fill="#c8c8c8"/g)).toHaveLength(4);
    const few = { meanLabels: meanLabels.slice(0, 3), classes };
    expect(codeMapFigure("few", { means, ...few })).toBeUndefined();
  });
});
