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
  for (const warning of evaluation.warnings) lines.push(yellow(warning));
  return lines;
}

/** Files that were left out: the first few by name, and how many. */
export function rejectedLines({ rejected }: Pick<ImageEvaluation, "rejected">): string[] {
  if (rejected.length === 0) return [];
  const named = rejected.slice(0, 5).map(({ reason }) => `left out ${reason}`);
  const { length } = rejected;
  return [...named, `${length} ${length === 1 ? "image" : "images"} left out`];
}
