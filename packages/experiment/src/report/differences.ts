import { UserError } from "@fqgan/registry";
import type { Column } from "../schema/sweep-format.js";
import { formatGrid, formatValue, type Grid, type TableFormat } from "./format-table.js";
import { excludesZero, type PairedDifference, pairedDifference } from "./statistics.js";
import { bySeed, type FilledTable } from "./table.js";

/** How every row of a table differs from one of them, over the seeds that both have. */
export interface Differences {
  readonly name: string;
  readonly title: string;
  readonly baseline: string;
  /** Those of the table that say which direction is better. */
  readonly columns: readonly Column[];
  readonly rows: readonly {
    readonly label: string;
    readonly cells: readonly (PairedDifference | undefined)[];
  }[];
}

/**
 * How every row differs from one of them; an unknown one is a UserError.
 * @param baseline label of a row; the first without one
 */
export function differencesFrom(table: FilledTable, baseline?: string): Differences {
  const base =
    baseline === undefined ? table.rows[0] : table.rows.find(({ label }) => label === baseline);
  if (!base)
    throw new UserError(
      `${table.name}: no row "${baseline}"; known: ${table.rows.map(({ label }) => label).join(", ")}`,
    );
  const compared = table.columns.flatMap((column, i) => (column.goal ? [{ column, i }] : []));
  return {
    name: `${table.name}-differences`,
    title: `${table.title}: differences from ${base.label}`,
    baseline: base.label,
    columns: compared.map(({ column }) => column),
    rows: table.rows
      .filter((row) => row !== base)
      .map(({ label, cells }) => ({
        label,
        cells: compared.map(({ i }) => {
          const [cell, other] = [cells[i], base.cells[i]];
          return cell && other && pairedDifference(bySeed(cell), bySeed(other));
        }),
      })),
  };
}

const CAPTION = "mean [95 % interval] of the paired difference over seeds";

/** As a grid of text: "−0.12 [−0.30, 0.06]", marked where it is clear of zero. */
export function differencesGrid(differences: Differences): Grid {
  const { name, title, columns, rows } = differences;
  const show = (cell: PairedDifference | undefined, column: Column) => {
    if (!cell) return { text: "–" };
    const unit =
      column.format === "percent"
        ? { scale: 100, digits: 1 }
        : { scale: 1, digits: Math.max(1, column.digits) };
    const number = (value: number) =>
      formatValue(unit.scale * value, { ...column, format: "number", digits: unit.digits });
    const text = `${number(cell.mean)} [${number(cell.low)}, ${number(cell.high)}]`;
    return { text, ...(excludesZero(cell) && { rank: 1 as const }) };
  };
  return {
    name,
    title,
    caption: CAPTION,
    marks: { 1: "the interval excludes zero" },
    head: columns.map((column) =>
      column.format === "percent" ? `${column.title} (points)` : column.title,
    ),
    rows: rows.map(({ label, cells }) => ({
      label,
      cells: cells.map((cell, i) => show(cell, columns[i]!)),
    })),
  };
}

/** Differences as a table; csv has an interval's ends as columns. */
export function formatDifferences(differences: Differences, format: TableFormat): string {
  const { columns, rows } = differences;
  const head = columns.flatMap(({ metric }) =>
    ["", " low", " high", " pairs"].map((part) => metric + part),
  );
  const lines = rows.map(({ label, cells }) => [
    label,
    ...cells.flatMap((cell) =>
      cell ? [cell.mean, cell.low, cell.high, cell.pairs].map(String) : ["", "", "", "0"],
    ),
  ]);
  return formatGrid(differencesGrid(differences), { format, lines: [["row", ...head], ...lines] });
}
