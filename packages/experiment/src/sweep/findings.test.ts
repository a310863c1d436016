import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { fillContrasts, formatContrasts } from "../report/contrasts.js";
import { fillTable } from "../report/table.js";
import { planSweep } from "./plan.js";
import { readSweepFile } from "./sweep-file.js";

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

it("repeats the decisive pairs ten times, five folds of two seeds", () => {
  const { record } = plan("tokenizers.yaml");
  expect(record.points).toHaveLength(80);
  for (const { contrast } of fillContrasts(record, () => undefined)) {
    const own = record.points.filter(({ axes }) => axes.tokenizer === contrast.treatment);
    expect(own).toHaveLength(10);
  }
});

it("shares tokenizers where it can", () => {
  const idsOf = (name: string) => plan(name).stages.map(({ id }) => id);
  const decisive = new Set(idsOf("tokenizers.yaml"));
  expect(idsOf("others.yaml").filter((id) => decisive.has(id))).toHaveLength(5);
  expect(idsOf("sizes.yaml").filter((id) => decisive.has(id))).toHaveLength(20);
  expect(idsOf("heads.yaml").filter((id) => decisive.has(id))).toHaveLength(1);
  const heads = new Set(idsOf("heads.yaml"));
  expect(idsOf("tuning-heads.yaml").filter((id) => heads.has(id))).toHaveLength(2);
  expect(heads.size).toBe(62);
});
