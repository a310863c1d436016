import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeImage, encodePng } from "@fqgan/image";
import { expect, it } from "vitest";
import type { RunConfig } from "../../schema/run-format.js";
import type { SweepRecord } from "../../schema/sweep-format.js";
import { createRunFolder, RunFolder } from "../../store/run-folder.js";
import { writeSweepRecord } from "../../store/sweep-store.js";
import { codebookSizeFigure } from "./codebook-size.js";
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
  const files = await writeFigures(runs, record);
  const folder = join(runs, "sweeps/s");
  expect(files).toEqual(
    ["figure-1.svg", "figure-3-p-64.png", "figure-3-p-256.png"].map((name) => join(folder, name)),
  );
  const { width, height, data } = await decodeImage(files[1]!);
  // original, both, visual, semantic: four rows of two pixels with four between
  expect([width, height]).toEqual([4, 4 * 2 + 3 * 4]);
  expect([0, 6, 12, 18].map((y) => data[y * width * 3])).toEqual([10, 20, 30, 40]);
  expect(data[3 * width * 3]).toBe(255);
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
