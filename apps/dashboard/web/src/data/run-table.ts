import type { RunRow } from "../../../server/api-types.js";
import { settingOf } from "./compare.js";

/** How soon a result deserves a column: distances first, then what else was measured, then plain facts. */
const rankOf = (name: string): number => {
  const measured = /^(test|samples)\//.test(name);
  if (!measured) return 3;
  // One of many of its kind: test/visual.usage
  if (name.includes(".")) return 2;
  return name.endsWith("/fid") ? 0 : 1;
};

/** Results worth a column, those of every kind of run in turn. */
export function commonMetrics(runs: readonly RunRow[]): string[] {
  const byKind = new Map<string, Map<string, number>>();
  for (const { kind, summary } of runs) {
    const counts = byKind.get(kind) ?? new Map<string, number>();
    byKind.set(kind, counts);
    for (const name of Object.keys(summary)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const places = [...byKind.values()].flatMap((counts) =>
    [...counts]
      .sort(([a, times], [b, others]) => rankOf(a) - rankOf(b) || others - times)
      .map(([name], place) => ({ name, place })),
  );
  const inTurn = places.sort(
    (a, b) => Number(rankOf(a.name) === 3) - Number(rankOf(b.name) === 3) || a.place - b.place,
  );
  return [...new Set(inTurn.map(({ name }) => name))];
}

const COMPARISON = /^(.+?)(<=|>=|<|>)(-?[\d.]+)$/;

/** Every word occurs in the run's names or status; `fid<40` compares the result whose name ends so. */
export function matches(run: RunRow, filter: string): boolean {
  const text = `${run.label} ${run.id} ${run.kind} ${run.status} seed${run.seed}`.toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => {
      const [, name, comparison, limit] = COMPARISON.exec(word) ?? [];
      if (!name) return text.includes(word);
      const metric = Object.keys(run.summary).find((key) => key.toLowerCase().endsWith(name));
      if (metric === undefined) return false;
      const [value, bound] = [run.summary[metric]!, Number(limit)];
      if (comparison === "<") return value < bound;
      if (comparison === "<=") return value <= bound;
      return comparison === ">" ? value > bound : value >= bound;
    });
}

/** One row a setting: means over its finished seeds, sample standard deviations beside them. */
export function groupRuns(runs: readonly RunRow[]): RunRow[] {
  const settings = new Map<string, RunRow[]>();
  for (const run of runs) {
    const setting = settingOf(run);
    settings.set(setting, [...(settings.get(setting) ?? []), run]);
  }
  return [...settings.values()].map((seeds) => {
    if (seeds.length === 1) return seeds[0]!;
    const summary: Record<string, number> = {};
    const deviation: Record<string, number> = {};
    for (const name of new Set(seeds.flatMap((run) => Object.keys(run.summary)))) {
      const values = seeds.flatMap((run) => run.summary[name] ?? []);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      summary[name] = mean;
      if (values.length > 1)
        deviation[name] = Math.sqrt(
          values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1),
        );
    }
    return { ...seeds[0]!, summary, deviation, seeds: seeds.map(({ seed }) => seed) };
  });
}
