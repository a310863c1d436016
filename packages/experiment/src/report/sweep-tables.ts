import { join } from "node:path";
import type { SweepRecord } from "../schema/sweep-format.js";
import { readRunStatus, readSummary } from "../store/read-run.js";
import { type FilledTable, fillTable, type SummaryLookup } from "./table.js";

/** The numbers of a runs folder's runs that are done. */
export const summariesOf =
  (runsFolder: string): SummaryLookup =>
  (id) => {
    const folder = join(runsFolder, id);
    return readRunStatus(folder) === "done" ? readSummary(folder) : undefined;
  };

/**
 * A sweep's tables with the numbers of the runs that are done.
 * @param kept numbers of runs whose folders are gone
 */
export function sweepTables(
  runsFolder: string,
  record: SweepRecord,
  kept: SummaryLookup = () => undefined,
): FilledTable[] {
  const inFolder = summariesOf(runsFolder);
  return record.tables.map((table) => fillTable(record, table, (id) => inFolder(id) ?? kept(id)));
}
