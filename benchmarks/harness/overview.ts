import type { Row } from "./summary.js";

/** One of several comparisons of the same subjects. */
export interface Case {
  readonly title: string;
  readonly rows: readonly Row[];
}

const shown = (milliseconds: number) => milliseconds.toFixed(milliseconds < 100 ? 1 : 0);

/** A Markdown table of all cases: times, ours against each of the others, and peak memory. */
export function overview(cases: readonly Case[]): string {
  const names = [...new Set(cases.flatMap(({ rows }) => rows.map(({ name }) => name)))];
  const header = [
    "case",
    ...names.map((name) => `${name}: median / best ms`),
    ...names.slice(1).map((name) => `ours is … times as fast as ${name}: medians / bests`),
    ...names.map((name) => `${name}: peak MB`),
  ];
  const lines = cases.map(({ title, rows }) => {
    const cell = (name: string, show: (row: Row) => string) => {
      const row = rows.find((each) => each.name === name);
      return row ? show(row) : "–";
    };
    return [
      title,
      ...names.map((name) =>
        cell(name, ({ medianMs, bestMs }) => `${shown(medianMs)} / ${shown(bestMs)}`),
      ),
      ...names
        .slice(1)
        .map((name) =>
          cell(name, ({ speed }) => `${speed.ofMedians.toFixed(2)} / ${speed.ofBests.toFixed(2)}`),
        ),
      ...names.map((name) => cell(name, ({ peakBytes }) => (peakBytes / 1e6).toFixed(0))),
    ];
  });
  return [header, header.map(() => "---"), ...lines]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}
