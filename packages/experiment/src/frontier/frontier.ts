/**
 * What an image costs and what is left of it: nominal bits, bits by how often each code occurs, bits by what
 * the generator expects, and real files, beside the tokenizer's distortion.
 */
import { join } from "node:path";
import { loadGenerator } from "@fqgan/ar-generator";
import { UserError } from "@fqgan/registry";
import { type FilledTable, fillTable } from "../report/table.js";
import type { Summary } from "../schema/run-format.js";
import { type SweepRecord, tableSchema } from "../schema/sweep-format.js";
import { codesBatch, readCodes } from "../stages/codes-file.js";
import { readRunConfig, readRunStatus, readSummary, readUsage } from "../store/read-run.js";
import { CodeCompressor } from "./code-compressor.js";

/** Images coded at once. */
const BATCH = 16;

/** How many images are written as files, and how many of those are read back. */
export interface FrontierOptions {
  /** How many images of the test split become files. */
  readonly images: number;
  /** Read this many files back and compare them code for code. */
  readonly check: number;
  readonly onProgress?: (label: string, done: number, total: number) => void;
}

const bits = (title: string, metric: string) => ({ metric, title, digits: 0 });

/** A row for every combination of the sweep's axes that has a trained generator. */
export async function frontierTable(
  runsFolder: string,
  record: SweepRecord,
  options: FrontierOptions,
): Promise<FilledTable> {
  const points = record.points.filter(
    ({ stages }) =>
      stages.generator && readRunStatus(join(runsFolder, stages.generator)) === "done",
  );
  if (points.length === 0)
    throw new UserError(
      `frontier: expected a sweep with trained generators, ${record.name} has none; run it first, or one ` +
        "whose points do not end at the tokenizer",
    );
  for (const { stages } of points)
    for (const id of [stages.tokenizer, stages.generator]) {
      const { evaluate } = (id ? readRunConfig(join(runsFolder, id)).config : {}) as {
        evaluate?: { split?: string };
      };
      if (evaluate?.split !== undefined)
        throw new UserError(
          `frontier: expected runs that were measured on test images, ${id} was on ${evaluate.split} images; ` +
            "run the sweep without evaluate.split",
        );
    }
  const measured = new Map<string, Summary>();
  for (const { label, stages } of points) {
    const id = stages.generator!;
    if (!measured.has(id)) measured.set(id, await measure(runsFolder, id, { ...options, label }));
  }
  const axes = Object.keys(record.axes).filter(
    (axis) => new Set(points.map((point) => point.axes[axis])).size > 1,
  );
  const table = tableSchema.parse({
    name: "frontier",
    title: "Size and distortion",
    rows: axes.length > 0 ? axes : Object.keys(record.axes).slice(0, 1),
    columns: [
      bits("nominal bits", "tokenizer/bitsPerImage"),
      bits("bits by frequency", "generator/frontier/frequency"),
      bits("bits by generator", "generator/frontier/generator"),
      { ...bits("file bits ↓", "generator/frontier/file"), goal: "min" },
      { metric: "tokenizer/test/psnr", title: "PSNR ↑", goal: "max" },
      { metric: "tokenizer/test/fid", title: "rFID ↓", goal: "min", digits: 1 },
    ],
  });
  const lookup = (id: string) =>
    measured.get(id) ??
    (readRunStatus(join(runsFolder, id)) === "done"
      ? readSummary(join(runsFolder, id))
      : undefined);
  const trained = { ...record, points };
  return fillTable(trained, table, lookup);
}

/** Means over test images, in bits an image. */
async function measure(
  runsFolder: string,
  id: string,
  options: FrontierOptions & { readonly label: string },
): Promise<Summary> {
  const { images, check, label, onProgress } = options;
  const { inputs } = readRunConfig(join(runsFolder, id));
  const { splits } = readCodes(join(runsFolder, inputs.codes!));
  const path = join(runsFolder, id, "checkpoints", "model.safetensors");
  const { generator } = await loadGenerator(path);
  const split = splits.test!;
  const total = Math.min(images, split.labels.shape[0]!);
  const compressor = new CodeCompressor(generator, BATCH);
  let bytes = 0;
  try {
    for (let start = 0; start < total; start += BATCH) {
      const rows = Array.from({ length: Math.min(BATCH, total - start) }, (_, i) => start + i);
      const batch = codesBatch(split, rows);
      const files = await compressor.compress(batch);
      bytes += files.reduce((sum, file) => sum + file.length, 0);
      if (start === 0 && check > 0) {
        const read = await compressor.decompress(files.slice(0, check));
        const same = Object.entries(read.codes).every(([name, { data }]) =>
          data.every((code, i) => code === batch.codes[name]!.data[i]),
        );
        if (!same) throw new Error(`${id}: a file did not come back as the codes it was made of`);
      }
      onProgress?.(label, start + rows.length, total);
    }
  } finally {
    compressor.dispose();
  }
  const { metrics } = readSummary(join(runsFolder, id))!;
  const nats = generator.codebooks.reduce(
    (sum, name) => sum + (metrics[`test/loss.${name}`] ?? metrics["test/loss"]!),
    0,
  );
  const note = `files of ${total} test images, 2 bytes of class included, ${check} read back`;
  return {
    metrics: {
      "frontier/frequency":
        generator.positions * frequencyBits(join(runsFolder, inputs.tokenizer!)),
      "frontier/generator": (generator.positions * nats) / Math.LN2,
      "frontier/file": (8 * bytes) / total,
    },
    protocols: { "frontier/file": { split: "test", images: total, set: `test ${total}`, note } },
  };
}

/** Bits of a position when every code costs what its frequency over the test split says. */
function frequencyBits(tokenizerFolder: string): number {
  const rows = readUsage(tokenizerFolder).filter(({ split }) => split === "test");
  const last = new Map(rows.map((row) => [row.codebook, row.counts]));
  return [...last.values()].reduce((sum, counts) => {
    const total = counts.reduce((all, count) => all + count, 0);
    const entropy = counts.reduce(
      (bitsSoFar, count) =>
        count === 0 ? bitsSoFar : bitsSoFar - (count / total) * Math.log2(count / total),
      0,
    );
    return sum + entropy;
  }, 0);
}
