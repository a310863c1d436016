import { join } from "node:path";
import type { SweepRecord } from "../schema/sweep-format.js";
import { readRunStatus, readSummary } from "../store/read-run.js";
import { type FilledTable, fillTable, type SummaryLookup } from "./table.js";

/**
 * The numbers of a runs folder's runs that are done.
 * @param kept numbers of runs whose folders are gone
 */
export const summariesOf =
  (runsFolder: string, kept: SummaryLookup = () => undefined): SummaryLookup =>
  (id) => {
    const folder = join(runsFolder, id);
    const own = readRunStatus(folder) === "done" ? readSummary(folder) : undefined;
    return own ?? kept(id);
  };

/**
 * A sweep's tables with the numbers of the runs that are done.
 * @param kept numbers of runs whose folders are gone
 */
export function sweepTables(
  runsFolder: string,
  record: SweepRecord,
  kept?: SummaryLookup,
): FilledTable[] {
  return record.tables.map((table) => fillTable(record, table, summariesOf(runsFolder, kept)));
}
