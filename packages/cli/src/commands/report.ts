import {
  formatTable,
  readSweepRecord,
  sweepTables,
  type TableFormat,
  writeReport,
} from "@fqgan/experiment";
import { EXIT } from "../exit-codes.js";
import type { Globals } from "../program.js";

export async function report(
  globals: Globals,
  name: string,
  options: { readonly format: TableFormat; readonly html: boolean },
): Promise<number> {
  const record = readSweepRecord(globals.runs, name);
  const tables = sweepTables(globals.runs, record);
  const written = options.html ? writeReport(globals.runs, record) : undefined;
  if (globals.json)
    process.stdout.write(`${JSON.stringify({ sweep: name, tables, report: written }, null, 2)}\n`);
  else
    process.stdout.write(
      `${tables.map((table) => formatTable(table, options.format)).join("\n\n")}\n`,
    );
  if (written && !globals.quiet)
    process.stderr.write(`report   ${written.path}  (${written.pictures} pictures)\n`);
  return EXIT.done;
}
