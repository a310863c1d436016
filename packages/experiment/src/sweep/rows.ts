import { nearest, UserError } from "@fqgan/registry";
import * as z from "zod";
import { columnSchema, type SweepPoint } from "../schema/sweep-format.js";
import { matches } from "./matches.js";

/** One name, or a list of them. */
export const oneOrMore = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (typeof value === "string" ? [value] : value));

/** Name of a known column (`fqgan list columns`), or a column in full. */
export const columnFileSchema = z.union([z.string(), columnSchema]);

/** What a table, a contrast and a plot of a sweep file have in common. */
export const selectionFields = {
  name: z.string().regex(/^[a-z0-9-]+$/, "expected lower-case letters, digits and dashes"),
  /** Axes whose values name the rows. */
  rows: oneOrMore,
  /** Only points whose axis values are among these. */
  where: z.record(z.string(), oneOrMore).default({}),
};

interface Selection {
  readonly rows: readonly string[];
  readonly where: Readonly<Record<string, readonly string[]>>;
}

/** What a row of a table, contrast or plot is called. */
export const rowLabel = (axes: Readonly<Record<string, string>>, rows: readonly string[]): string =>
  rows.map((axis) => axes[axis]).join(" · ");

/** Refuses rows that the sweep does not have. @param where names what asks for them in errors */
export function checkRows(
  wanted: readonly string[],
  { rows, where: condition }: Selection,
  points: readonly Pick<SweepPoint, "axes">[],
  where: string,
): void {
  const labels = new Set(
    points.filter(({ axes }) => matches(axes, condition)).map(({ axes }) => rowLabel(axes, rows)),
  );
  for (const row of wanted)
    if (!labels.has(row)) {
      const near = nearest(row, [...labels]);
      throw new UserError(
        `${where}: no row "${row}"; ${near ? `did you mean "${near}"? ` : ""}known: ${[...labels].join(", ")}`,
      );
    }
}
