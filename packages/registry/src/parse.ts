import * as z from "zod";
import { nearest } from "./nearest.js";
import { UserError } from "./user-error.js";

/** The keys that `schema` accepts at `path`, looking through defaults, optionals and records. */
function keysAt(schema: z.ZodType, path: PropertyKey[]): string[] {
  let current: unknown = schema;
  const unwrap = (type: unknown): unknown => {
    let inner = type;
    for (;;) {
      const def = (inner as { def?: { innerType?: unknown; in?: unknown } })?.def;
      if (def?.innerType) inner = def.innerType;
      else if (def?.in) inner = def.in;
      else return inner;
    }
  };
  for (const key of path) {
    current = unwrap(current);
    if (current instanceof z.ZodObject) current = current.shape[key as string];
    else if (current instanceof z.ZodRecord) current = current.valueType;
    else if (current instanceof z.ZodArray) current = current.element;
    else return [];
  }
  current = unwrap(current);
  return current instanceof z.ZodObject ? Object.keys(current.shape) : [];
}

/** One thing that is wrong with a config. */
export interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What an error of `schema` says, an unknown key with the nearest known one. */
export function problemsOf(schema: z.ZodType, error: z.ZodError): Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    if (issue.code !== "unrecognized_keys") return [{ path: issue.path, message: issue.message }];
    const known = keysAt(schema, issue.path);
    const list = known.length > 0 ? ` (known: ${known.join(", ")})` : "";
    return issue.keys.map((key) => {
      const near = nearest(key, known);
      const remedy = near ? `did you mean ${near}?` : "remove it";
      return { path: [...issue.path, key], message: `unknown key; ${remedy}${list}` };
    });
  });
}

/**
 * Parses data with a zod schema; a failure is one UserError that names every wrong path, and for an
 * unknown key the nearest known one.
 *
 * @param where what is being read, for the message: a file name, `--set`, …
 */
export function parseConfig<T extends z.ZodType>(
  schema: T,
  data: unknown,
  where: string,
): z.output<T> {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const lines = problemsOf(schema, result.error).map(
    ({ path, message }) => `${path.join(".") || "(top level)"}: ${message}`,
  );
  throw new UserError(`${where}: ${lines.join("\n  ")}`);
}
