import type { Protocol, Summary } from "../schema/run-format.js";
import type { Column, SweepRecord, Table } from "../schema/sweep-format.js";
import { matches } from "../sweep/matches.js";
import { rowLabel } from "../sweep/rows.js";
import { repetitionOf } from "./repetitions.js";
import { type BySeed, excludesZero, pairedDifference } from "./statistics.js";

/** One number of a table over its seeds. */
export interface Cell {
  /** One value a seed that has finished. */
  readonly values: readonly number[];
  /** Their seeds; numbers of repetitions where folds repeat a sweep, too. */
  readonly seeds: readonly number[];
  readonly mean: number;
  /** Sample standard deviation; undefined with one value. */
  readonly deviation: number | undefined;
  /**
   * 1 for a best mean whose paired 95 % interval against every other row excludes zero, 2 for the best or the
   * second where it does against every row but one; undefined where the seeds do not tell.
   */
  readonly rank: 1 | 2 | undefined;
}

/** One row: the mean over seeds of each column, and the runs behind it. */
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

function cellOf(values: BySeed): Cell | undefined {
  if (values.size === 0) return undefined;
  const all = [...values.values()];
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
  const squares = all.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = all.length > 1 ? Math.sqrt(squares / (all.length - 1)) : undefined;
  return { values: all, seeds: [...values.keys()], mean, deviation, rank: undefined };
}

/** A cell's values by seed. */
export const bySeed = ({ seeds, values }: Cell): BySeed =>
  new Map(seeds.map((seed, i) => [seed, values[i]!]));

/** Ranks one column, as far as seeds can tell rows apart; with one seed nothing is called better. */
function rankColumn(cells: (Cell | undefined)[], column: Column): (Cell | undefined)[] {
  if (!column.goal) return cells;
  const sign = column.goal === "min" ? 1 : -1;
  const order = cells
    .filter((cell) => cell !== undefined && Number.isFinite(cell.mean))
    .sort((a, b) => sign * (a!.mean - b!.mean));
  const isClear = (place: number, from: number) => {
    const cell = order[place];
    const below = order.slice(from);
    return (
      cell !== undefined &&
      below.length > 0 &&
      below.every((other) => {
        const difference = pairedDifference(bySeed(other!), bySeed(cell));
        return difference !== undefined && excludesZero(difference);
      })
    );
  };
  const ranks = new Map<Cell | undefined, 1 | 2>();
  if (isClear(0, 1)) ranks.set(order[0], 1);
  else if (isClear(0, 2)) ranks.set(order[0], 2);
  if (isClear(1, 2)) ranks.set(order[1], 2);
  return cells.map((cell) => cell && { ...cell, rank: ranks.get(cell) });
}

/** The distinct protocols behind a column, in words: "test 383 · rFID and IS by builtin-64-v1 …", of folds "test 601 to 603". */
function describeProtocols(protocols: readonly Protocol[]): string[] {
  const setOf = ({ set, split, images }: Protocol) => set ?? `${split} ${images}`;
  const counts = new Map<string, number[]>();
  for (const protocol of protocols) {
    const [, words, count] = COUNTED.exec(setOf(protocol)) ?? [];
    if (words) counts.set(words, [...(counts.get(words) ?? []), Number(count)]);
  }
  const together = (set: string) => {
    const [, words] = COUNTED.exec(set) ?? [];
    if (!words) return set;
    const [fewest, most] = [Math.min(...counts.get(words)!), Math.max(...counts.get(words)!)];
    return fewest === most ? set : `${words} ${fewest} to ${most}`;
  };
  const sentences = protocols.flatMap((protocol) => [
    together(setOf(protocol)),
    ...(protocol.note ? [protocol.note] : []),
  ]);
  return [...new Set(sentences)];
}

/** Words that end in a number of images. */
const COUNTED = /^(.+) (\d+)$/;

/** A row's number and how it was made. */
interface Used {
  readonly label: string;
  readonly protocol: Protocol;
}

/** Warnings with the rows that they are about. */
function describeWarnings(used: readonly Used[]): string[] {
  const rows = new Map<string, Set<string>>();
  for (const { label, protocol } of used)
    if (protocol.warning !== undefined)
      rows.set(protocol.warning, (rows.get(protocol.warning) ?? new Set()).add(label));
  return [...rows].map(([warning, labels]) => `${warning}: ${[...labels].join(", ")}`);
}

/** What a mean is over. */
function repetitionWords({ seeds, axes, repeats = [] }: SweepRecord): string[] {
  const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;
  const folds = repeats.map((axis) => counted(axes[axis]!.length, axis));
  if (folds.length > 0)
    return [`mean ± std over ${folds.join(", ")}, ${counted(seeds.length, "seed")} each`];
  return [
    seeds.length === 1
      ? `1 seed (${seeds[0]}), no ranking`
      : `mean ± std over ${seeds.length} seeds`,
  ];
}

/** Fills a table from the summaries of its points' runs: one row per combination of its row axes. */
export function fillTable(
  record: SweepRecord,
  table: Table,
  summaryOf: SummaryLookup,
): FilledTable {
  const points = record.points.filter(({ axes }) => matches(axes, table.where));
  const labelOf = (axes: Readonly<Record<string, string>>) => rowLabel(axes, table.rows);
  const labels = [...new Set(points.map(({ axes }) => labelOf(axes)))];
  const used: Used[] = [];
  const repetition = repetitionOf(record);
  const valuesOf = (label: string, column: Column): BySeed => {
    const [kind, ...rest] = column.metric.split("/");
    const metric = rest.join("/");
    const values = new Map<number, number>();
    const counted = new Set<string>();
    // Two points of a row can share a run (another axis may not touch this stage): it counts once.
    for (const point of points.filter(({ axes }) => labelOf(axes) === label)) {
      const id = point.stages[kind!];
      const summary = id === undefined ? undefined : summaryOf(id);
      const value = summary?.metrics[metric];
      if (value === undefined || counted.has(id!)) continue;
      counted.add(id!);
      const protocol = summary!.protocols[metric];
      if (protocol) used.push({ label, protocol });
      values.set(repetition(point), value);
    }
    return values;
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
  const caption = [
    ...table.facts,
    ...(record.variant ? [`variant ${record.variant}`] : []),
    ...repetitionWords(record),
    ...describeProtocols(used.map(({ protocol }) => protocol)),
    ...describeWarnings(used),
  ].join(" · ");
  return { name: table.name, title: table.title, caption, columns: table.columns, rows };
}
