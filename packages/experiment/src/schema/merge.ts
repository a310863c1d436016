import { UserError } from "@fqgan/registry";

/** Plain JSON-like data. */
export type Data = null | boolean | number | string | readonly Data[] | DataRecord;

/** A record of plain data: what YAML and JSON can hold. */
export interface DataRecord {
  readonly [key: string]: Data;
}

/** Whether a value is a record, not a list, a scalar or null. */
export const isRecord = (value: unknown): value is DataRecord =>
  value !== null && typeof value === "object" && !Array.isArray(value);

/**
 * Lays differences over a config, as JSON merge patch does (RFC 7386): records merge, null removes,
 * everything else replaces. One addition: a strategy with another `name` replaces the whole strategy,
 * because the options of the old one mean nothing to the new.
 */
export function mergePatch(base: Data | undefined, patch: Data): Data {
  const merged = composePatches(base, patch);
  return isRecord(patch) ? withoutNulls(merged) : merged;
}

/** Two patches as one: like mergePatch, but null stays, to remove from what the result is laid over. */
export function composePatches(base: Data | undefined, patch: Data): Data {
  if (!isRecord(patch)) return patch;
  const renamed = isRecord(base) && patch.name !== undefined && patch.name !== base.name;
  const merged: Record<string, Data> = isRecord(base) && !renamed ? { ...base } : {};
  for (const [key, value] of Object.entries(patch))
    merged[key] = composePatches(merged[key], value);
  return merged;
}

function withoutNulls(data: Data): Data {
  if (!isRecord(data)) return data;
  const kept = Object.entries(data).filter(([, value]) => value !== null);
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutNulls(value)]));
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
    expanded = composePatches(expanded, nested);
  }
  return expanded as DataRecord;
}
