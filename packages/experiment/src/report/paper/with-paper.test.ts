import { expect, it } from "vitest";
import { tableSchema } from "../../schema/sweep-format.js";
import { resolveColumn } from "../columns.js";
import { formatTable } from "../format-table.js";
import type { FilledTable } from "../table.js";
import { paperTable, paperTableNames } from "./paper-tables.js";
import { withPaper } from "./with-paper.js";

const filled: FilledTable = {
  name: "table-3",
  title: "Table 3",
  caption: "3 seeds",
  columns: ["rfid", "parameters"].map((name) => resolveColumn(name, "test")),
  rows: [
    {
      label: "FQ",
      stages: [],
      cells: [
        { values: [31], seeds: [0], mean: 31, deviation: undefined, rank: undefined },
        undefined,
      ],
    },
  ],
};

it("puts the paper's number beside ours and its other rows below", () => {
  const both = withPaper(filled, { table: "table-3", rows: { FQ: "FQGAN + both" } });
  expect(both.columns.map(({ title }) => title)).toEqual([
    "rFID ↓",
    "paper's rFID ↓",
    "parameters",
  ]);
  expect(both.rows).toHaveLength(6);
  const lines = formatTable(both, "csv").split("\n");
  expect(lines[1]).toBe("FQ,31,,1,1.66,,1,,,0");
  expect(lines[2]).toBe("paper: VQGAN 16384,,,0,3.71,,1,,,0");
  expect(both.caption).toMatch(/ImageNet 256×256, not comparable/);
  expect(withPaper(filled, undefined)).toBe(filled);
});

it("finds the paper's number for a further way to sample", () => {
  const fid = {
    metric: "generator/samples.top128/fid",
    title: "gFID ↓",
    digits: 1,
    format: "number" as const,
  };
  const cell = { values: [90], seeds: [0], mean: 90, deviation: undefined, rank: undefined };
  const table = {
    ...filled,
    columns: [fid],
    rows: [{ label: "mlp", stages: [], cells: [cell] }],
  };
  const { rows, columns } = withPaper(table, {
    table: "table-4",
    rows: { mlp: "MLP, top-k 8192" },
  });
  expect(columns.map(({ title }) => title)).toEqual(["gFID ↓", "paper's gFID ↓"]);
  expect(rows[0]!.cells[1]?.mean).toBe(paperTable("table-4", "test").rows["MLP, top-k 8192"]![0]);
});

it("refuses tables and rows that the paper has not", () => {
  expect(() => withPaper(filled, { table: "table-5", rows: {} })).toThrow(/has no "table-5"/);
  expect(() => withPaper(filled, { table: "table-3", rows: { FQ: "FQGAN + bot" } })).toThrow(
    /did you mean "FQGAN \+ both"\?/,
  );
});

it("has every number of the paper's four tables at its place", () => {
  const counts = paperTableNames().map((name) => {
    const { rows, metrics } = paperTable(name, "test");
    const all = Object.values(rows);
    expect(all.every((row) => row.length === metrics.length)).toBe(true);
    return [all.length, all.flat().filter((value) => value !== null).length];
  });
  expect(counts).toEqual([
    [21, 21 + 12 + 17],
    [17, 52],
    [6, 24],
    [6, 6],
  ]);
  expect(tableSchema.shape.paper.safeParse({ table: "table-1", rows: {} }).success).toBe(true);
});
