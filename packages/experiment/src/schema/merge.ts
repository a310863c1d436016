import { UserError } from "@fqgan/registry";

/** Plain JSON-like data. */
export type Data = null | boolean | number | string | readonly Data[] | DataRecord;
export interface DataRecord {
  readonly [key: string]: Data;
}

export const isRecord = (value: unknown): value is DataRecord =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/**
 * Lays differences over a config, as JSON merge patch does (RFC 7386): records merge, null removes,
 * everything else replaces. One addition: a strategy with another `name` replaces the whole strategy,
 * because the options of the old one mean nothing to the new.
 */
export function mergePatch(base: Data | undefined, patch: Data): Data {
  if (!isRecord(patch)) return patch;
  const renamed = isRecord(base) && patch.name !== undefined && patch.name !== base.name;
  const merged: Record<string, Data> = isRecord(base) && !renamed ? { ...base } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

/** `{ "a.b": 1 }` → `{ a: { b: 1 } }`; keys without dots stay, nested records too. */
export function expandPaths(record: DataRecord, where: string): DataRecord {
  let expanded: Data = {};
  for (const [path, value] of Object.entries(record)) {
    const keys = path.split(".");
    if (keys.some((key) => key === ""))
      throw new UserError(`${where}: expected names joined by single dots, got "${path}"`);
    const inner = isRecord(value) ? expandPaths(value, where) : value;
    const nested = keys.reduceRight<Data>((below, key) => ({ [key]: below }), inner);
    expanded = mergeNulls(expanded, nested);
  }
  return expanded as DataRecord;
}

/** Like mergePatch, but keeps nulls: the result is still a patch. */
function mergeNulls(base: Data, patch: Data): Data {
  if (!isRecord(base) || !isRecord(patch)) return patch;
  const merged: Record<string, Data> = { ...base };
  for (const [key, value] of Object.entries(patch))
    merged[key] = merged[key] === undefined ? value : mergeNulls(merged[key], value);
  return merged;
}
