import type { RunRow } from "../../../server/api-types.js";
import { settingOf } from "./source.js";

const isMeasured = (name: string) => Number(/^(test|samples)\//.test(name));
/** One of many of its kind, as `test/visual.usage`. */
const isDetail = (name: string) => Number(name.includes("."));

/** Results worth a column, those of every kind of run in turn: measured ones first, details last. */
export function commonMetrics(runs: readonly RunRow[]): string[] {
  const byKind = new Map<string, Map<string, number>>();
  for (const { kind, summary } of runs) {
    const counts = byKind.get(kind) ?? new Map<string, number>();
    byKind.set(kind, counts);
    for (const name of Object.keys(summary)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const lists = [...byKind.values()].map((counts) =>
    [...counts].sort(
      ([a, times], [b, others]) =>
        isMeasured(b) - isMeasured(a) || isDetail(a) - isDetail(b) || others - times,
    ),
  );
  const longest = Math.max(0, ...lists.map((names) => names.length));
  const inTurn = Array.from({ length: longest }, (_, i) =>
    lists.flatMap((names) => (names[i] ? [names[i][0]] : [])),
  );
  return [...new Set(inTurn.flat())];
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
