import type { Column, Plot, SweepRecord } from "../../schema/sweep-format.js";
import { fillTable, type SummaryLookup } from "../table.js";
import { linePlot, type PlotLine } from "./line-plot.js";
import type { ReportFigure } from "./report-figure.js";

/** A plot with the numbers of its runs. */
export interface FilledPlot {
  readonly name: string;
  readonly title: string;
  /** What the axes show; shares are in percent. */
  readonly x: string;
  readonly y: string;
  /** Rows that have both numbers, as means over repetitions; lines without any are left out. */
  readonly lines: readonly PlotLine[];
}

/** The plots that a sweep's file asks for; one of which nothing has run is left out. */
export function fillPlots(record: SweepRecord, summaryOf: SummaryLookup): FilledPlot[] {
  const axis = ({ title, format }: Column) => (format === "percent" ? `${title}, %` : title);
  return (record.plots ?? [])
    .map((plot) => ({
      name: plot.name,
      title: `${plot.title}: ${axis(plot.y)}`,
      x: axis(plot.x),
      y: axis(plot.y),
      lines: linesOf(record, plot, summaryOf),
    }))
    .filter(({ lines }) => lines.length > 0);
}

function linesOf(record: SweepRecord, plot: Plot, summaryOf: SummaryLookup): PlotLine[] {
  const { name, title, rows, where, x, y, lines } = plot;
  const table = { name, title, rows, where, columns: [x, y], facts: [] };
  const filled = fillTable(record, table, summaryOf).rows;
  const [unitX, unitY] = [x, y].map(({ format }) => (format === "percent" ? 100 : 1)) as [
    number,
    number,
  ];
  return Object.entries(lines).flatMap(([line, labels]) => {
    const points = labels.flatMap((label) => {
      const [across, up] = filled.find((row) => row.label === label)?.cells ?? [];
      const isDrawn = across && up && Number.isFinite(across.mean) && Number.isFinite(up.mean);
      if (!isDrawn) return [];
      const deviation = up.deviation === undefined ? undefined : unitY * up.deviation;
      return [{ x: unitX * across.mean, y: unitY * up.mean, deviation, label }];
    });
    return points.length > 0 ? [{ name: line, points }] : [];
  });
}

/** A sweep's plots as pictures, bars of one standard deviation over repetitions. */
export const plotFigures = (record: SweepRecord, summaryOf: SummaryLookup): ReportFigure[] =>
  fillPlots(record, summaryOf).map(({ name, title, x, lines }) => ({
    name: `plot-${name}`,
    title,
    svg: linePlot(lines, { title, xTitle: x, scale: "linear", fromZero: false }),
  }));
