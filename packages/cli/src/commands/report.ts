import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  contrastsFigure,
  differencesFrom,
  fillContrasts,
  fillTable,
  formatContrasts,
  formatDifferences,
  formatTable,
  plotFigures,
  readSummaries,
  readSweepRecord,
  type SummaryLookup,
  type SweepRecord,
  summariesOf,
  sweepFolder,
  TABLE_FORMATS,
  type TableFormat,
  withPaper,
  writeFigures,
  writeReport,
} from "@fqgan/experiment";
import { rasterizeSvg } from "@fqgan/image";
import { EXIT } from "../exit-codes.js";
import type { Globals } from "../program.js";

/** Endings of files that tables are written to. */
const ENDINGS: Readonly<Record<TableFormat, string>> = {
  text: "txt",
  markdown: "md",
  latex: "tex",
  csv: "csv",
};

/** Where a sweep's numbers are. */
interface Source {
  readonly record: SweepRecord;
  readonly summaryOf: SummaryLookup;
  /** Where files about it go. */
  readonly folder: string;
  /** Whether there are run folders, with pictures. */
  readonly hasRuns: boolean;
}

/** @param name of a sweep, or a file of summaries */
function open({ runs }: Globals, name: string): Source {
  if (name.endsWith(".jsonl")) {
    const kept = readSummaries(name);
    return {
      record: kept.record,
      summaryOf: (id) => kept.runs.get(id)?.summary,
      folder: dirname(name),
      hasRuns: false,
    };
  }
  const record = readSweepRecord(runs, name);
  return { record, summaryOf: summariesOf(runs), folder: sweepFolder(runs, name), hasRuns: true };
}

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
  const { record, summaryOf, folder, hasRuns } = open(globals, name);
  const ours = record.tables.map((table) => fillTable(record, table, summaryOf));
  const tables = options.paper
    ? ours.map((table, i) => withPaper(table, record.tables[i]!.paper))
    : ours;
  const baseline = options.differences === true ? undefined : options.differences;
  const differences =
    options.differences === undefined ? [] : ours.map((table) => differencesFrom(table, baseline));
  const contrasts = fillContrasts(record, summaryOf);
  const figures =
    options.files && hasRuns
      ? await writeFigures(globals.runs, record, { paper: options.paper })
      : undefined;
  const written =
    options.html && hasRuns
      ? writeReport(globals.runs, record, { drawings: figures?.drawings })
      : undefined;
  const texts = (format: TableFormat) => [
    ...tables.map((table) => ({ name: table.name, text: formatTable(table, format) })),
    ...differences.map((one) => ({ name: one.name, text: formatDifferences(one, format) })),
    ...(contrasts.length > 0
      ? [{ name: "contrasts", text: formatContrasts(record, contrasts, format) }]
      : []),
  ];
  const files: string[] = [];
  if (options.files) {
    // A folder of summaries is of several sweeps.
    const prefix = hasRuns ? "" : `${record.name}-`;
    for (const format of TABLE_FORMATS)
      for (const table of texts(format)) {
        const path = join(folder, `${prefix}${table.name}.${ENDINGS[format]}`);
        writeFileSync(path, `${table.text}\n`);
        files.push(path);
      }
    const svg = contrastsFigure(record, contrasts);
    const drawings = [
      ...plotFigures(record, summaryOf),
      ...(svg === undefined ? [] : [{ name: "contrasts", svg }]),
    ];
    for (const drawing of drawings) {
      const path = join(folder, `${prefix}${drawing.name}`);
      writeFileSync(`${path}.svg`, drawing.svg);
      writeFileSync(`${path}.png`, await rasterizeSvg(drawing.svg));
      files.push(`${path}.svg`, `${path}.png`);
    }
    if (figures) files.push(...figures.files);
  }
  if (globals.json)
    process.stdout.write(
      `${JSON.stringify({ sweep: record.name, tables, differences, contrasts, report: written, files }, null, 2)}\n`,
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
