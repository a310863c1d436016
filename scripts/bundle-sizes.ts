/**
 * Measures every row of tests/architecture/bundle-sizes.md again and writes it with a limit of a fifth
 * more: npx tsx --conditions=@fqgan/source scripts/bundle-sizes.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { bundleEntry, type Import } from "./bundle-entry.js";

export const TABLE = "tests/architecture/bundle-sizes.md";

export interface SizeRow extends Import {
  readonly gzip: number;
  readonly limit: number;
}

const ROW = /^\| `([^`]+)` \| (.+) \| (browser|node) \| ([\d,]+) \| ([\d,]+) \|$/gm;
const number = (text: string) => Number(text.replaceAll(",", ""));
const digits = (value: number) => value.toLocaleString("en");

/** The rows of the table. */
export function readSizes(text: string): SizeRow[] {
  return [...text.matchAll(ROW)].map(([, entry, what, platform, gzip, limit]) => ({
    entry: entry!,
    platform: platform as Import["platform"],
    gzip: number(gzip!),
    limit: number(limit!),
    ...(what !== "everything" && { names: what!.replaceAll("`", "").split(", ") }),
  }));
}

/** Half a thousand above a fifth more. */
const limitOf = (gzip: number) => Math.ceil((gzip * 1.2) / 500) * 500;

if (process.argv[1] === import.meta.filename) {
  const text = readFileSync(TABLE, "utf8");
  const sizes = new Map<string, number>();
  for (const row of readSizes(text)) {
    const { gzip } = await bundleEntry(row);
    sizes.set(`${row.entry} ${row.names?.join(", ") ?? "everything"}`, gzip);
  }
  const measured = text.replaceAll(ROW, (_, entry: string, what: string, platform: string) => {
    const gzip = sizes.get(`${entry} ${what.replaceAll("`", "")}`)!;
    return `| \`${entry}\` | ${what} | ${platform} | ${digits(gzip)} | ${digits(limitOf(gzip))} |`;
  });
  writeFileSync(TABLE, measured);
  process.stdout.write(measured);
}
