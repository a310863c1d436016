import type { Summary } from "@fqgan/experiment";

/** Final numbers, a line each, with what they were measured on. */
export function summaryLines({ metrics, protocols }: Summary): string[] {
  const names = Object.keys(metrics);
  const width = Math.max(...names.map((name) => name.length));
  return names.map((name) => {
    const value = metrics[name]!;
    const text = Number.isInteger(value) ? value.toLocaleString("en") : value.toPrecision(5);
    const protocol = protocols[name];
    const facts = protocol
      ? [`${protocol.split} ${protocol.images}`, protocol.extractor].filter(Boolean).join(", ")
      : "";
    return `${name.padEnd(width)}  ${text.padStart(12)}  ${facts}`.trimEnd();
  });
}
