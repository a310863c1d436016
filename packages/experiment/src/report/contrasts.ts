import type { Column, Contrast, SweepRecord, Table } from "../schema/sweep-format.js";
import { formatGrid, formatValue, type Grid, type TableFormat } from "./format-table.js";
import { foldMeans } from "./repetitions.js";
import {
  excludesZero,
  holm,
  type PairedDifference,
  pairedDifference,
  pairedP,
} from "./statistics.js";
import { bySeed, fillTable, type SummaryLookup } from "./table.js";

const LEVEL = 0.05;

/**
 * - supported: an improvement that the corrected test tells from none, at least as large as the smallest
 *   that matters, and every agreeing number improves in the mean.
 * - opposite: the corrected test tells that it is worse.
 * - not supported: an improvement that matters is outside the interval.
 * - not resolvable: the interval holds both no improvement that matters and one that does.
 * - not run: fewer than two pairs so far.
 */
export type Verdict = "supported" | "opposite" | "not supported" | "not resolvable" | "not run";

/** A contrast with the numbers of its runs. Improvements are positive, whichever direction is better. */
export interface FilledContrast {
  readonly contrast: Contrast;
  readonly improvement: PairedDifference | undefined;
  /** The same over the means of each fold, where folds repeat the sweep: seeds of a fold share its images. */
  readonly byFold: PairedDifference | undefined;
  /** Corrected for its family. */
  readonly p: number | undefined;
  readonly agreeing: readonly { readonly title: string; readonly mean: number | undefined }[];
  readonly verdict: Verdict;
}

/** The two rows of a contrast by one of its numbers. */
function improvementOf(
  record: SweepRecord,
  summaryOf: SummaryLookup,
  { contrast, column }: { readonly contrast: Contrast; readonly column: Column },
): { improvement: PairedDifference | undefined; byFold: PairedDifference | undefined } {
  const { name, claim, rows, where, treatment, baseline } = contrast;
  const table: Table = { name, title: claim, rows, where, columns: [column], facts: [] };
  const filled = fillTable(record, table, summaryOf);
  const valuesOf = (label: string) => {
    const cell = filled.rows.find((row) => row.label === label)?.cells[0];
    return cell ? bySeed(cell) : new Map<number, number>();
  };
  const sign = column.goal === "min" ? -1 : 1;
  const scaled = (values: ReadonlyMap<number, number>) =>
    new Map([...values].map(([repetition, value]) => [repetition, sign * value]));
  const [better, other] = [scaled(valuesOf(treatment)), scaled(valuesOf(baseline))];
  const improvement = pairedDifference(better, other);
  if (!record.repeats?.length) return { improvement, byFold: undefined };
  const both = [...better.keys()].filter((repetition) => other.has(repetition));
  const differences = new Map(
    both.map((repetition) => [repetition, better.get(repetition)! - other.get(repetition)!]),
  );
  const means = foldMeans(record, differences);
  const none = new Map([...means.keys()].map((fold) => [fold, 0]));
  return { improvement, byFold: pairedDifference(means, none) };
}

/** Fills a sweep's contrasts from the summaries of its runs, and corrects each family. */
export function fillContrasts(record: SweepRecord, summaryOf: SummaryLookup): FilledContrast[] {
  const { contrasts = [] } = record;
  const measured = contrasts.map((contrast) => ({
    contrast,
    ...improvementOf(record, summaryOf, { contrast, column: contrast.metric }),
    agreeing: contrast.agreeing.map((column) => ({
      title: column.title,
      mean: improvementOf(record, summaryOf, { contrast, column }).improvement?.mean,
    })),
  }));
  const adjusted = new Map<Contrast, number>();
  for (const family of new Set(contrasts.map((contrast) => contrast.family))) {
    const own = measured.filter(({ contrast }) => contrast.family === family);
    // One that has not run counts with p = 1: what is corrected for was decided before.
    const values = own.map(({ improvement }) => (improvement ? pairedP(improvement) : 1));
    for (const [i, p] of holm(values).entries()) adjusted.set(own[i]!.contrast, p);
  }
  return measured.map((one) => {
    const p = one.improvement && adjusted.get(one.contrast)!;
    return { ...one, p, verdict: verdictOf({ ...one, p }) };
  });
}

function verdictOf({
  contrast: { smallest },
  improvement,
  agreeing,
  p,
}: Omit<FilledContrast, "verdict">): Verdict {
  if (!improvement || p === undefined) return "not run";
  const { mean, high } = improvement;
  if (p < LEVEL && mean < 0) return "opposite";
  if (high < smallest) return "not supported";
  const agrees = agreeing.every((other) => other.mean !== undefined && other.mean > 0);
  return p < LEVEL && mean >= smallest && agrees ? "supported" : "not resolvable";
}

/** An improvement with its 95 % interval, in smallest effects that matter; undefined where any effect matters. */
export function inSmallestEffects({
  contrast: { smallest },
  improvement,
}: Pick<FilledContrast, "contrast" | "improvement">):
  | { readonly low: number; readonly mean: number; readonly high: number }
  | undefined {
  if (!improvement || smallest === 0) return undefined;
  const { low, mean, high } = improvement;
  return { low: low / smallest, mean: mean / smallest, high: high / smallest };
}

/**
 * A verdict in words. Seeds of a fold share its images: where the interval excludes zero and that over the
 * folds' means does not, it says so.
 */
export function verdictWords({
  verdict,
  improvement,
  byFold,
}: Pick<FilledContrast, "verdict" | "improvement" | "byFold">): string {
  const isFragile = improvement && byFold && excludesZero(improvement) && !excludesZero(byFold);
  return isFragile ? `${verdict}, zero within the folds' interval` : verdict;
}

/** As a grid of text, one row a contrast. */
export function contrastsGrid(record: SweepRecord, filled: readonly FilledContrast[]): Grid {
  const interval = (difference: PairedDifference | undefined, number: (value: number) => string) =>
    difference
      ? `${number(difference.mean)} [${number(difference.low)}, ${number(difference.high)}]`
      : "–";
  const hasFolds = (record.repeats ?? []).length > 0;
  const head = [
    "by",
    "improvement [95 %]",
    ...(hasFolds ? ["over folds [95 %]"] : []),
    "pairs",
    "p (Holm)",
    "smallest",
    "others agree",
    "verdict",
  ];
  const rows = filled.map((one) => {
    const { contrast, improvement, byFold, p, agreeing } = one;
    const { metric, treatment, baseline, smallest } = contrast;
    const number = numberOf(metric);
    const agree = agreeing.filter(({ mean }) => mean !== undefined && mean > 0).length;
    const texts = [
      metric.format === "percent" ? `${metric.title}, points` : metric.title,
      interval(improvement, number),
      ...(hasFolds ? [interval(byFold, number)] : []),
      String(improvement?.pairs ?? 0),
      p === undefined ? "–" : p < 0.0001 ? "< 0.0001" : p.toFixed(4),
      number(smallest),
      agreeing.length === 0 ? "–" : `${agree} of ${agreeing.length}`,
      verdictWords(one),
    ];
    return {
      label: `${contrast.name}: ${treatment} against ${baseline}`,
      cells: texts.map((text) => ({ text })),
    };
  });
  return {
    name: "contrasts",
    title: `${record.title}: contrasts`,
    caption: "paired differences within repetitions, positive is better for the first row named",
    marks: {},
    head,
    rows,
  };
}

/** Numbers of a column's unit, "−0.12"; shares as points of a hundred. */
function numberOf(column: Column): (value: number) => string {
  const isShare = column.format === "percent";
  const digits = isShare ? 1 : Math.max(1, column.digits);
  return (value) =>
    formatValue((isShare ? 100 : 1) * value, { ...column, format: "number", digits });
}

/** Contrasts as a person reads them. */
export function formatContrasts(
  record: SweepRecord,
  filled: readonly FilledContrast[],
  format: TableFormat,
): string {
  const lines = filled.map(({ contrast, improvement, byFold, p, verdict }) =>
    [
      contrast.name,
      contrast.treatment,
      contrast.baseline,
      contrast.metric.metric,
      improvement?.mean,
      improvement?.low,
      improvement?.high,
      improvement?.pairs,
      byFold?.low,
      byFold?.high,
      p,
      contrast.smallest,
      verdict,
    ].map((value) => String(value ?? "")),
  );
  const head =
    "contrast,treatment,baseline,metric,improvement,low,high,pairs,fold low,fold high,p,smallest,verdict";
  return formatGrid(contrastsGrid(record, filled), { format, lines: [head.split(","), ...lines] });
}
