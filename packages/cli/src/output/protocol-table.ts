import { formatInterval, type ImageEvaluation, labelled, stampOf } from "@fqgan/experiment";
import type { Style } from "./style.js";

const ARROWS = { higher: "↑", lower: "↓", neither: " " } as const;

/** Every protocol's numbers, a line each, under its name and above how they were made. */
export function protocolLines(evaluation: ImageEvaluation, { bold, dim, yellow }: Style): string[] {
  const lines: string[] = [];
  for (const { protocol, network, results, failures } of evaluation.outcomes) {
    lines.push(bold(protocol.title));
    const values = results.flatMap(labelled);
    const width = Math.max(0, ...values.map(({ label }) => label.length));
    for (const { label, better, text, interval } of values) {
      const spread = interval ? `  ${formatInterval(interval, text)}` : "";
      lines.push(`  ${label.padEnd(width)} ${ARROWS[better]} ${text.padStart(10)}${dim(spread)}`);
    }
    for (const { metric, reason } of failures) lines.push(yellow(`  ${metric}: ${reason}`));
    lines.push(dim(`  ${stampOf(network, results)}`), "");
  }
  lines.push(...sideBySide(evaluation, { bold }));
  for (const warning of evaluation.warnings) lines.push(yellow(warning));
  return lines;
}

/** Numbers that several protocols give, a column each. */
function sideBySide({ outcomes }: ImageEvaluation, { bold }: Pick<Style, "bold">): string[] {
  const columns = outcomes
    .filter(({ protocol }) => protocol.extractor)
    .map(({ protocol, results }) => ({ title: protocol.title, values: results.flatMap(labelled) }));
  const labels = [...new Set(columns.flatMap(({ values }) => values.map(({ label }) => label)))];
  if (columns.length < 2) return [];
  const first = Math.max(...labels.map((label) => label.length));
  const cell = (column: (typeof columns)[number], label: string) =>
    column.values.find((value) => value.label === label)?.text ?? "–";
  const row = (head: string, cells: readonly string[]) =>
    `  ${head.padEnd(first)}${cells.map((text, i) => text.padStart(Math.max(columns[i]!.title.length, 9) + 2)).join("")}`;
  return [
    bold("Side by side"),
    row(
      "",
      columns.map(({ title }) => title),
    ),
    ...labels.map((label) =>
      row(
        label,
        columns.map((column) => cell(column, label)),
      ),
    ),
    "",
  ];
}

/** Files that were left out: the first few by name, and how many. */
export function rejectedLines({ rejected }: Pick<ImageEvaluation, "rejected">): string[] {
  if (rejected.length === 0) return [];
  const named = rejected.slice(0, 5).map(({ reason }) => `left out ${reason}`);
  const { length } = rejected;
  return [...named, `${length} ${length === 1 ? "image" : "images"} left out`];
}
