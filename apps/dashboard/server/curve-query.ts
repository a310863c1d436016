import { UserError } from "@fqgan/registry";
import * as z from "zod";
import type { CurveQuery } from "./api-types.js";

const MOST_RUNS = 200;
const list = (separator: string) =>
  z.string().transform((text) => text.split(separator).filter(Boolean));

const querySchema = z.object({
  runs: list(";").transform((groups) => groups.map((group) => group.split(",").filter(Boolean))),
  names: list(",").optional(),
  axis: z.enum(["step", "seconds"]).default("step"),
  from: z.coerce.number().optional(),
  to: z.coerce.number().optional(),
  points: z.coerce.number().int().min(10).max(5000).default(600),
});

/**
 * `runs=a,b;c&names=x,y&axis=step&from=0&to=100&points=600`
 * @throws UserError naming the parameter that is wrong
 */
export function parseCurveQuery(parameters: URLSearchParams): {
  groups: readonly (readonly string[])[];
  query: CurveQuery;
} {
  const parsed = querySchema.safeParse(Object.fromEntries(parameters));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new UserError(`${issue!.path.join(".")}: ${issue!.message}`);
  }
  const { runs, names = [], from, to, ...rest } = parsed.data;
  if (runs.flat().length > MOST_RUNS)
    throw new UserError(`runs: expected at most ${MOST_RUNS}, got ${runs.flat().length}`);
  const range = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  return { groups: runs, query: { ...rest, ...range, names } };
}
