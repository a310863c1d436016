import { UserError } from "@fqgan/registry";
import * as z from "zod";
import { resolveColumn } from "../report/columns.js";
import type { Column, Contrast, SweepPoint } from "../schema/sweep-format.js";
import { checkRows, columnFileSchema, selectionFields } from "./rows.js";

/** A contrast as a sweep file states it: columns by their names. */
export const contrastFileSchema = z.strictObject({
  ...selectionFields,
  claim: z.string(),
  metric: columnFileSchema,
  treatment: z.string(),
  baseline: z.string(),
  smallest: z.number().min(0),
  agreeing: z.array(columnFileSchema).default([]),
  family: z.string().default("primary"),
});
export type ContrastFile = z.output<typeof contrastFileSchema>;

/** Looks its columns up and refuses rows that the sweep does not have. @param where names it in errors */
export function resolveContrast(
  contrast: ContrastFile,
  points: readonly Pick<SweepPoint, "axes">[],
  where: string,
): Contrast {
  checkRows([contrast.treatment, contrast.baseline], contrast, points, where);
  const directed = (given: string | Column): Column => {
    const resolved = resolveColumn(given, where);
    if (resolved.goal) return resolved;
    throw new UserError(
      `${where}: ${resolved.metric}: expected a column that says which direction is better; give it a goal`,
    );
  };
  return {
    ...contrast,
    metric: directed(contrast.metric),
    agreeing: contrast.agreeing.map(directed),
  };
}
