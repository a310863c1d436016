import * as z from "zod";
import { resolveColumn } from "../report/columns.js";
import type { Plot, SweepPoint } from "../schema/sweep-format.js";
import { checkRows, columnFileSchema, oneOrMore, selectionFields } from "./rows.js";

/** A plot as a sweep file states it: columns by their names. */
export const plotFileSchema = z.strictObject({
  ...selectionFields,
  title: z.string(),
  x: columnFileSchema,
  y: columnFileSchema,
  /** The legend's name of a line → its rows. */
  lines: z.record(z.string(), oneOrMore),
});
export type PlotFile = z.output<typeof plotFileSchema>;

/** Looks its columns up and refuses rows that the sweep does not have. @param where names it in errors */
export function resolvePlot(
  plot: PlotFile,
  points: readonly Pick<SweepPoint, "axes">[],
  where: string,
): Plot {
  checkRows(Object.values(plot.lines).flat(), plot, points, where);
  return { ...plot, x: resolveColumn(plot.x, where), y: resolveColumn(plot.y, where) };
}
