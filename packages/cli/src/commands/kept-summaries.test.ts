import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createRuns,
  type PlannedStage,
  planSweep,
  RunFolder,
  readSummaries,
  type SweepPlan,
  sweepFileSchema,
} from "@fqgan/experiment";
import { beforeAll, expect, it } from "vitest";
import { fqgan } from "../testing/fqgan.js";
import { KeptSummaries } from "./kept-summaries.js";

const folder = mkdtempSync(join(tmpdir(), "fqgan-summaries-"));
const runs = join(folder, "runs");
const path = join(folder, "folds.jsonl");

let plan: SweepPlan;
beforeAll(() => {
  const file = sweepFileSchema.parse({
    name: "folds",
    title: "Folds",
    base: {
      data: { name: "emoji", size: 32 },
      until: "tokenizer",
      tokenizer: { preset: "vqgan-mini", train: { steps: 1, batchSize: 8 } },
    },
    seeds: [0],
    repeats: ["fold"],
    axes: {
      fold: { a: { "data.fold": 0 }, b: { "data.fold": 1 }, c: { "data.fold": 2 } },
      rate: {
        low: { "tokenizer.train.learningRate": 1e-3 },
        high: { "tokenizer.train.learningRate": 2e-3 },
      },
    },
    tables: [{ name: "t", title: "Rates", rows: "rate", columns: ["psnr"] }],
    contrasts: [
      {
        name: "rate",
        claim: "A high rate is better",
        metric: "psnr",
        rows: "rate",
        treatment: "high",
        baseline: "low",
        smallest: 0.5,
      },
    ],
  });
  plan = planSweep(file, { command: "fqgan sweep run folds.yaml" });
});

/** A run that is done, without having run. */
async function finish(stage: PlannedStage, psnr: number): Promise<void> {
  createRuns(runs, [stage]);
  const run = await RunFolder.open(join(runs, stage.id));
  run.writeSummary({
    metrics: { "test/psnr": psnr },
    protocols: { "test/psnr": { split: "test", images: 600 } },
  });
  run.markDone();
  run.close();
}

it("a sweep's numbers outlive its folders, and are all that a report needs", async () => {
  const kept = KeptSummaries.open(path, plan.record)!;
  expect(kept.left(plan.stages)).toHaveLength(6);
  for (const [i, stage] of plan.stages.entries()) {
    const high = stage.label.includes("high");
    await finish(stage, 20 + Math.floor(i / 2) + (high ? 2 + 0.1 * i : 0));
    kept.keep(runs, stage.id);
  }
  expect(readSummaries(path).runs.size).toBe(6);
  const fromFolders = KeptSummaries.open(join(folder, "none.jsonl"), plan.record)!;
  expect(fromFolders.left(plan.stages)).toHaveLength(6);
  rmSync(runs, { recursive: true });

  const { stdout, code } = await fqgan("report", path);
  expect(code).toBe(0);
  expect(stdout).toContain("mean ± std over 3 folds, 1 seed each");
  expect(stdout).toMatch(/low +21\.00 ± 1\.00/);
  expect(stdout).toMatch(/rate: high against low +PSNR ↑ +2\.30 \[1\.80, 2\.80\] .* supported/);
  const files = await fqgan("report", path, "--files", "--format", "csv");
  expect(files.stderr).toContain("folds-contrasts.md");
  expect(files.stderr).toContain("folds-contrasts.png");

  // Another day, another machine: nothing is left to run.
  const again = KeptSummaries.open(path, plan.record)!;
  expect(again.left(plan.stages)).toEqual([]);
  expect(again.lookup(plan.stages[0]!.id)!.metrics["test/psnr"]).toBe(20);

  // Nothing is written where nothing changed, though each start has its own time and command.
  const text = readFileSync(path, "utf8");
  const later = { ...plan.record, createdAt: "2099-01-01T00:00:00.000Z", command: "another" };
  KeptSummaries.open(path, later)!.refresh();
  expect(readFileSync(path, "utf8")).toBe(text);
  // A table that was changed since needs no run to arrive.
  const [table] = plan.record.tables;
  const retitled = { ...plan.record, tables: [{ ...table!, title: "Learning rates" }] };
  KeptSummaries.open(path, retitled)!.refresh();
  expect((await fqgan("report", path)).stdout).toContain("Learning rates");
  expect(readSummaries(path).runs.size).toBe(6);
  // Fewer runs than the file has: none is lost.
  const fewer = { ...plan.record, order: plan.record.order.slice(1) };
  expect(() => KeptSummaries.open(path, fewer)).toThrow(
    /got 1 of 6 that it does not have .* which would be lost; name another file/,
  );
});
