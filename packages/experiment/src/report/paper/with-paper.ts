import { nearest, UserError } from "@fqgan/registry";
import type { Column, Table } from "../../schema/sweep-format.js";
import type { Cell, FilledTable, TableRow } from "../table.js";
import { paperTable } from "./paper-tables.js";

const given = (value: number): Cell => ({
  values: [value],
  seeds: [],
  mean: value,
  deviation: undefined,
  rank: undefined,
});

/** What the paper calls it: further ways to sample, `samples.<name>/fid`, are rows of its tables instead. */
const inPaper = (metric: string) =>
  metric.replace(/^generator\/samples\.[^/]+\//, "generator/samples/");

/**
 * The paper's numbers beside ours: a column of them after each that the paper has, and its other rows at
 * the end. Nothing compares the two: data, steps and extractor differ.
 */
export function withPaper(filled: FilledTable, paper: Table["paper"]): FilledTable {
  if (!paper) return filled;
  const where = `table ${filled.name}, paper`;
  const { metrics, rows: numbers, notes, name } = paperTable(paper.table, where);
  for (const row of Object.values(paper.rows))
    if (!numbers[row]) {
      const near = nearest(row, Object.keys(numbers));
      throw new UserError(
        `${where}: ${name} has no row "${row}"; ${near ? `did you mean "${near}"? ` : ""}` +
          `known: ${Object.keys(numbers).join(", ")}`,
      );
    }
  const number = (row: string | undefined, { metric }: Column): Cell | undefined => {
    const value = row === undefined ? null : numbers[row]?.[metrics.indexOf(inPaper(metric))];
    return value == null ? undefined : given(value);
  };
  const isInPaper = ({ metric }: Column) => metrics.includes(inPaper(metric));
  const withTheirs = (row: TableRow): TableRow => ({
    ...row,
    cells: filled.columns.flatMap((column, i) =>
      isInPaper(column) ? [row.cells[i], number(paper.rows[row.label], column)] : [row.cells[i]],
    ),
  });
  const shown = new Set(Object.values(paper.rows));
  const theirs = Object.keys(numbers)
    .filter((row) => !shown.has(row))
    .map(
      (row): TableRow => ({
        label: `paper: ${row}`,
        stages: [],
        cells: filled.columns.flatMap((column) =>
          isInPaper(column) ? [undefined, number(row, column)] : [undefined],
        ),
      }),
    );
  const columns = filled.columns.flatMap((column): Column[] => {
    if (!isInPaper(column)) return [column];
    const { goal: _, ...plain } = column;
    return [
      column,
      { ...plain, metric: `paper/${column.metric}`, title: `paper's ${column.title}` },
    ];
  });
  const caption = [
    filled.caption,
    `paper: its ${name}, ImageNet 256×256, not comparable with these`,
    ...notes,
  ].join(" · ");
  return { ...filled, columns, caption, rows: [...filled.rows.map(withTheirs), ...theirs] };
}
