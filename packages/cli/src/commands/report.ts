import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  differencesFrom,
  formatDifferences,
  formatTable,
  readSweepRecord,
  sweepFolder,
  sweepTables,
  TABLE_FORMATS,
  type TableFormat,
  withPaper,
  writeFigures,
  writeReport,
} from "@fqgan/experiment";
import { EXIT } from "../exit-codes.js";
import type { Globals } from "../program.js";

/** Endings of files that tables are written to. */
const ENDINGS: Readonly<Record<TableFormat, string>> = {
  text: "txt",
  markdown: "md",
  latex: "tex",
  csv: "csv",
};

export async function report(
  globals: Globals,
  name: string,
  options: {
    readonly format: TableFormat;
    readonly html: boolean;
    readonly paper: boolean;
    /** True: from the first row. */
    readonly differences?: string | true;
    readonly files: boolean;
  },
): Promise<number> {
  const record = readSweepRecord(globals.runs, name);
  const ours = sweepTables(globals.runs, record);
  const tables = options.paper
    ? ours.map((table, i) => withPaper(table, record.tables[i]!.paper))
    : ours;
  const baseline = options.differences === true ? undefined : options.differences;
  const differences =
    options.differences === undefined ? [] : ours.map((table) => differencesFrom(table, baseline));
  const figures = options.files
    ? await writeFigures(globals.runs, record, { paper: options.paper })
    : undefined;
  const written = options.html
    ? writeReport(globals.runs, record, { drawings: figures?.drawings })
    : undefined;
  const texts = (format: TableFormat) => [
    ...tables.map((table) => ({ name: table.name, text: formatTable(table, format) })),
    ...differences.map((one) => ({ name: one.name, text: formatDifferences(one, format) })),
  ];
  const files: string[] = [];
  if (figures) {
    const folder = sweepFolder(globals.runs, name);
    for (const format of TABLE_FORMATS)
      for (const table of texts(format)) {
        const path = join(folder, `${table.name}.${ENDINGS[format]}`);
        writeFileSync(path, `${table.text}\n`);
        files.push(path);
      }
    files.push(...figures.files);
  }
  if (globals.json)
    process.stdout.write(
      `${JSON.stringify({ sweep: name, tables, differences, report: written, files }, null, 2)}\n`,
    );
  else
    process.stdout.write(
      `${texts(options.format)
        .map(({ text }) => text)
        .join("\n\n")}\n`,
    );
  if (!globals.quiet) {
    if (written) process.stderr.write(`report   ${written.path}  (${written.pictures} pictures)\n`);
    for (const path of files) process.stderr.write(`file     ${path}\n`);
  }
  return EXIT.done;
}
