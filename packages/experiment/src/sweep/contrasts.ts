import { nearest, UserError } from "@fqgan/registry";
import * as z from "zod";
import { resolveColumn } from "../report/columns.js";
import {
  type Column,
  type Contrast,
  columnSchema,
  type SweepPoint,
} from "../schema/sweep-format.js";
import { matches } from "./matches.js";

const oneOrMore = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === "string" ? [value] : value));

const column = z.union([z.string(), columnSchema]);

/** A contrast as a sweep file states it: columns by their names. */
export const contrastFileSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9-]+$/, "expected lower-case letters, digits and dashes"),
  claim: z.string(),
  metric: column,
  rows: oneOrMore,
  treatment: z.string(),
  baseline: z.string(),
  where: z.record(z.string(), oneOrMore).default({}),
  smallest: z.number().min(0),
  agreeing: z.array(column).default([]),
  family: z.string().default("primary"),
});
export type ContrastFile = z.output<typeof contrastFileSchema>;

/** Looks its columns up and refuses rows that the sweep does not have. @param where names it in errors */
export function resolveContrast(
  contrast: ContrastFile,
  points: readonly Pick<SweepPoint, "axes">[],
  where: string,
): Contrast {
  const { rows, treatment, baseline, where: condition } = contrast;
  const labels = new Set(
    points
      .filter(({ axes }) => matches(axes, condition))
      .map(({ axes }) => rows.map((axis) => axes[axis]).join(" · ")),
  );
  for (const row of [treatment, baseline])
    if (!labels.has(row)) {
      const near = nearest(row, [...labels]);
      throw new UserError(
        `${where}: no row "${row}"; ${near ? `did you mean "${near}"? ` : ""}known: ${[...labels].join(", ")}`,
      );
    }
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
