import type { Protocol, Summary } from "../schema/run-format.js";
import type { Column, SweepRecord, Table } from "../schema/sweep-format.js";
import { matches } from "../sweep/matches.js";

/** One number of a table over its seeds. */
export interface Cell {
  /** One value a seed that has finished. */
  readonly values: readonly number[];
  readonly mean: number;
  /** Sample standard deviation; undefined with one value. */
  readonly deviation: number | undefined;
  /** Place in the column: the best mean is 1; undefined where ranking means nothing. */
  readonly rank: number | undefined;
}

export interface TableRow {
  readonly label: string;
  /** Run ids by stage kind and seed, for links. */
  readonly stages: readonly Readonly<Record<string, string>>[];
  /** Aligned with the columns; undefined while nothing has finished. */
  readonly cells: readonly (Cell | undefined)[];
}

/** A table of a sweep with its numbers filled in. */
export interface FilledTable {
  readonly name: string;
  readonly title: string;
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly TableRow[];
}

/** A run's final numbers; undefined until it is done. */
export type SummaryLookup = (runId: string) => Summary | undefined;

function cellOf(values: readonly number[]): Cell | undefined {
  if (values.length === 0) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : undefined;
  return { values, mean, deviation, rank: undefined };
}

/** Ranks one column; with one seed the spread is unknown, so nothing is called better. */
function rankColumn(cells: (Cell | undefined)[], column: Column): (Cell | undefined)[] {
  const comparable = cells.every((cell) => cell === undefined || cell.values.length > 1);
  if (!column.goal || !comparable) return cells;
  const sign = column.goal === "min" ? 1 : -1;
  const order = cells
    .flatMap((cell) => (cell && Number.isFinite(cell.mean) ? [cell.mean] : []))
    .sort((a, b) => sign * (a - b));
  return cells.map((cell) => cell && { ...cell, rank: order.indexOf(cell.mean) + 1 });
}

/** The distinct protocols behind a column, in words: "test 383 · rFID and IS by builtin-64-v1 …". */
function describeProtocols(protocols: readonly Protocol[]): string[] {
  const sentences = protocols.flatMap(({ split, images, set, note }) => [
    set ?? `${split} ${images}`,
    ...(note ? [note] : []),
  ]);
  return [...new Set(sentences)];
}

/** Fills a table from the summaries of its points' runs: one row per combination of its row axes. */
export function fillTable(
  record: SweepRecord,
  table: Table,
  summaryOf: SummaryLookup,
): FilledTable {
  const points = record.points.filter(({ axes }) => matches(axes, table.where));
  const labelOf = (axes: Readonly<Record<string, string>>) =>
    table.rows.map((axis) => axes[axis]).join(" · ");
  const labels = [...new Set(points.map(({ axes }) => labelOf(axes)))];
  const used: Protocol[] = [];
  const valuesOf = (label: string, column: Column): number[] => {
    const [kind, ...rest] = column.metric.split("/");
    const metric = rest.join("/");
    // Two points of a row can share a run (another axis may not touch this stage): count it once.
    const ids = new Set(
      points.filter(({ axes }) => labelOf(axes) === label).map(({ stages }) => stages[kind!]),
    );
    return [...ids].flatMap((id) => {
      const summary = id === undefined ? undefined : summaryOf(id);
      const value = summary?.metrics[metric];
      if (value === undefined) return [];
      const protocol = summary!.protocols[metric];
      if (protocol) used.push(protocol);
      return [value];
    });
  };
  const byColumn = table.columns.map((column) =>
    rankColumn(
      labels.map((label) => cellOf(valuesOf(label, column))),
      column,
    ),
  );
  const rows = labels.map((label, i) => ({
    label,
    stages: points.filter(({ axes }) => labelOf(axes) === label).map(({ stages }) => stages),
    cells: byColumn.map((cells) => cells[i]),
  }));
  const seeds = record.seeds.length;
  const caption = [
    ...table.facts,
    ...(record.variant ? [`variant ${record.variant}`] : []),
    seeds === 1 ? `1 seed (${record.seeds[0]}), no ranking` : `mean ± std over ${seeds} seeds`,
    ...describeProtocols(used),
  ].join(" · ");
  return { name: table.name, title: table.title, caption, columns: table.columns, rows };
}
