import { z } from "zod";
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
  const lines = result.error.issues.flatMap((issue) => {
    const path = issue.path.join(".");
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => {
        const known = keysAt(schema, issue.path);
        const near = nearest(key, known);
        const full = path ? `${path}.${key}` : key;
        const remedy = near ? `did you mean ${path ? `${path}.` : ""}${near}?` : "";
        const list = known.length > 0 ? ` (known: ${known.join(", ")})` : "";
        return `${full}: unknown key; ${remedy || "remove it"}${list}`;
      });
    }
    return [`${path || "(top level)"}: ${issue.message}`];
  });
  throw new UserError(`${where}: ${lines.join("\n  ")}`);
}
