import type { RunDetail, RunRow } from "../../../server/api-types.js";

/** Runs of one setting are equal but for the seed. */
export const settingOf = ({ kind, label }: RunRow): string => `${kind} ${label}`;

export interface Group {
  readonly label: string;
  /** Runs that differ in nothing but the seed. */
  readonly runs: readonly string[];
}

/** Runs by setting, in the order in which they were chosen. */
export function groupBySetting(runs: readonly RunRow[]): Group[] {
  const groups = new Map<string, RunRow[]>();
  for (const run of runs) {
    const setting = settingOf(run);
    groups.set(setting, [...(groups.get(setting) ?? []), run]);
  }
  return [...groups.values()].map((seeds) => ({
    label: seeds.length > 1 ? `${seeds[0]!.label} (${seeds.length} seeds)` : seeds[0]!.label,
    runs: seeds.map(({ id }) => id),
  }));
}

function flatten(value: unknown, path: string, into: Map<string, string>): Map<string, string> {
  if (value !== null && typeof value === "object" && !Array.isArray(value))
    for (const [key, inner] of Object.entries(value))
      flatten(inner, path ? `${path}.${key}` : key, into);
  else into.set(path, JSON.stringify(value) ?? "");
  return into;
}

/** Options that are not the same in all of the runs, with each run's value. */
export function differences(
  runs: readonly RunDetail[],
): readonly { readonly path: string; readonly values: readonly (string | undefined)[] }[] {
  const flat = runs.map(({ config }) =>
    flatten((config as { config?: unknown } | null)?.config, "", new Map()),
  );
  const paths = [...new Set(flat.flatMap((options) => [...options.keys()]))];
  return paths
    .map((path) => ({ path, values: flat.map((options) => options.get(path)) }))
    .filter(({ values }) => new Set(values).size > 1);
}
