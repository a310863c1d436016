import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { fillContrasts, formatContrasts } from "../report/contrasts.js";
import { formatTable } from "../report/format-table.js";
import { fillTable } from "../report/table.js";
import { readSummaries, type SavedRun } from "../summaries/summaries-file.js";
import { planSweep } from "./plan.js";
import { readSweepFile } from "./sweep-file.js";

const DOCS = join(import.meta.dirname, "../../../../docs/findings");
const SWEEPS = join(import.meta.dirname, "../../../../sweeps/findings");
const read = (name: string) => readSweepFile(join(SWEEPS, name));
const plan = (name: string, variant?: string) =>
  planSweep(read(name), { command: "fqgan", ...(variant && { variant }) });

it.each(readdirSync(SWEEPS))("%s can be planned, quickly too", (name) => {
  for (const variant of [undefined, "quick"]) {
    const { record, stages } = plan(name, variant);
    expect(stages.length).toBeGreaterThan(10);
    for (const table of record.tables)
      expect(fillTable(record, table, () => undefined).rows.length).toBeGreaterThan(1);
    const filled = fillContrasts(record, () => undefined);
    expect(filled.every(({ verdict }) => verdict === "not run")).toBe(true);
    expect(formatContrasts(record, filled, "text").split("\n")).toHaveLength(filled.length + 2);
  }
});

it("repeats the decisive pairs ten times, five folds of two seeds, and again with ten seeds", () => {
  const seedsOf = (name: string) => new Set(plan(name).stages.map(({ seed }) => seed));
  expect(seedsOf("tokenizers.yaml")).toEqual(new Set([0, 1]));
  expect(seedsOf("ten-seeds.yaml")).toEqual(new Set([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]));
  const [{ record }, again] = [plan("tokenizers.yaml"), plan("ten-seeds.yaml").record];
  expect(record.points).toHaveLength(80);
  expect(again.axes).toEqual(record.axes);
  expect(again.contrasts).toEqual(record.contrasts);
  expect(again.tables.filter(({ name }) => name !== "orthogonality")).toEqual(record.tables);
  for (const { contrast } of fillContrasts(record, () => undefined)) {
    const own = record.points.filter(({ axes }) => axes.tokenizer === contrast.treatment);
    expect(own).toHaveLength(10);
  }
});

it("shares tokenizers where it can", () => {
  const idsOf = (name: string) => plan(name).stages.map(({ id }) => id);
  const [decisive, tenSeeds] = [
    new Set(idsOf("tokenizers.yaml")),
    new Set(idsOf("ten-seeds.yaml")),
  ];
  expect(idsOf("others.yaml").filter((id) => tenSeeds.has(id))).toHaveLength(5);
  expect(idsOf("sizes.yaml").filter((id) => tenSeeds.has(id))).toHaveLength(20);
  expect(idsOf("controls.yaml").filter((id) => tenSeeds.has(id))).toHaveLength(20);
  const photographs = new Set(idsOf("photographs.yaml"));
  expect(idsOf("photographs-rate.yaml").filter((id) => photographs.has(id))).toHaveLength(5);
  const others = new Set(idsOf("others.yaml"));
  expect(idsOf("same-codes.yaml").filter((id) => others.has(id))).toHaveLength(5);
  const sameCodes = new Set(idsOf("same-codes.yaml"));
  expect(idsOf("kinds.yaml").filter((id) => sameCodes.has(id))).toHaveLength(5);
  expect(idsOf("heads.yaml").filter((id) => decisive.has(id))).toHaveLength(1);
  const heads = new Set(idsOf("heads.yaml"));
  expect(idsOf("tuning-heads.yaml").filter((id) => heads.has(id))).toHaveLength(2);
  expect(heads.size).toBe(62);
});

it("trains each head at the rate of its fewest bits on validation", () => {
  const { record, runs } = readSummaries(join(DOCS, "summaries", "tuning-heads.jsonl"));
  const trials = record.points.map(({ axes, stages }) => ({
    head: axes.head!,
    rate: Number(axes.rate),
    bits: runs.get(stages.generator!)!.summary.metrics["validation/bitsPerImage"]!,
  }));
  const rates = Object.entries(read("heads.yaml").axes!.head!).map(([head, patch]) => {
    const own = trials.filter(
      (trial) => trial.head === head.replace(/^factorized, .*/, "factorized"),
    );
    expect(own).toHaveLength(5);
    const best = own.reduce((a, b) => (b.bits < a.bits ? b : a));
    return [head, (patch as Record<string, unknown>)["generator.train.learningRate"], best.rate];
  });
  expect(rates).toHaveLength(6);
  for (const [head, used, best] of rates) expect(used, String(head)).toBe(best);
});

const kept = readdirSync(join(DOCS, "summaries")).filter((file) => file.endsWith(".jsonl"));
it.each(kept)("makes the tables of the docs from %s", (file) => {
  const { record, runs } = readSummaries(join(DOCS, "summaries", file));
  const summaryOf = (id: string) => runs.get(id)?.summary;
  const contrasts = fillContrasts(record, summaryOf);
  const texts = [
    ...record.tables.map((table) => formatTable(fillTable(record, table, summaryOf), "markdown")),
    ...(contrasts.length > 0 ? [formatContrasts(record, contrasts, "markdown")] : []),
  ];
  const written = readFileSync(join(DOCS, "tables", file.replace(".jsonl", ".md")), "utf8");
  expect(written).toBe(`${texts.join("\n\n")}\n`);
});

it("has the same numbers, to the last bit, wherever a run was made twice", () => {
  /** Those that the other one has, too: some were not measured from the beginning. */
  const numbersOf = ({ summary }: SavedRun, other: SavedRun) =>
    Object.fromEntries(
      Object.entries(summary.metrics).filter(
        ([name]) => name !== "trainMs" && name in other.summary.metrics,
      ),
    );
  const first = new Map<string, SavedRun>();
  const again = new Set<string>();
  for (const file of kept)
    for (const [id, run] of readSummaries(join(DOCS, "summaries", file)).runs) {
      const before = first.get(id);
      first.set(id, before ?? run);
      if (!before || before.elapsedMs === run.elapsedMs) continue;
      for (const name of Object.keys(numbersOf(run, before))) again.add(`${id} ${name}`);
      expect(numbersOf(run, before), id).toEqual(numbersOf(before, run));
    }
  expect(again.size).toBeGreaterThan(200);
});
