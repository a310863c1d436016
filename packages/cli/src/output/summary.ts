import type { Summary } from "@fqgan/experiment";

/** Final numbers, a line each, with what they were measured on. */
export function summaryLines({ metrics, protocols }: Summary): string[] {
  const names = Object.keys(metrics);
  const width = Math.max(...names.map((name) => name.length));
  const lines = names.map((name) => {
    const value = metrics[name]!;
    const text = Number.isInteger(value) ? value.toLocaleString("en") : value.toPrecision(5);
    const protocol = protocols[name];
    const facts = protocol
      ? [`${protocol.split} ${protocol.images}`, protocol.extractor].filter(Boolean).join(", ")
      : "";
    return `${name.padEnd(width)}  ${text.padStart(12)}  ${facts}`.trimEnd();
  });
  const warnings = Object.entries(protocols).flatMap(([name, { warning }]) =>
    warning === undefined ? [] : [{ name, warning }],
  );
  const told = [...new Set(warnings.map(({ warning }) => warning))].map((warning) => {
    const about = warnings.filter((other) => other.warning === warning);
    return `${about.map(({ name }) => name).join(", ")}: ${warning}`;
  });
  return [...lines, ...told];
}
