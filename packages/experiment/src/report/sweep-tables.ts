import { join } from "node:path";
import type { SweepRecord } from "../schema/sweep-format.js";
import { readRunStatus, readSummary } from "../store/read-run.js";
import { type FilledTable, fillTable } from "./table.js";

/** A sweep's tables with the numbers of the runs that are done. */
export function sweepTables(runsFolder: string, record: SweepRecord): FilledTable[] {
  const summaryOf = (id: string) => {
    const folder = join(runsFolder, id);
    return readRunStatus(folder) === "done" ? readSummary(folder) : undefined;
  };
  return record.tables.map((table) => fillTable(record, table, summaryOf));
}
