import { UserError } from "@fqgan/registry";
import { parse } from "yaml";
import { type Data, type DataRecord, expandPaths } from "../schema/merge.js";

/**
 * `--set` arguments as a patch: `["tokenizer.train.steps=200", "generator=null"]`. A value is YAML, so
 * numbers, true, null, [1, 2] and { name: vq } mean what they do in a sweep file.
 */
export function parseOverrides(assignments: readonly string[]): DataRecord {
  const entries = assignments.map((assignment): [string, Data] => {
    const equals = assignment.indexOf("=");
    if (equals < 1)
      throw new UserError(
        `--set ${assignment}: expected path=value, for example tokenizer.train.steps=200`,
      );
    const path = assignment.slice(0, equals).trim();
    try {
      return [path, parse(assignment.slice(equals + 1)) as Data];
    } catch (error) {
      throw new UserError(`--set ${path}: the value is not YAML: ${(error as Error).message}`);
    }
  });
  return expandPaths(Object.fromEntries(entries), "--set");
}
