import { join } from "node:path";
import { listSweeps, readSweepRecord } from "@fqgan/experiment";
import type { RunRow, SweepDetail, SweepRow } from "./api-types.js";
import { viewRun } from "./run-view.js";

function count(runs: readonly RunRow[]) {
  const having = (status: RunRow["status"]) => runs.filter((run) => run.status === status).length;
  return { done: having("done"), failed: having("failed"), total: runs.length };
}

const runsOf = (runsFolder: string, order: readonly string[]) =>
  order.map((id) => viewRun(join(runsFolder, id)));

export const viewSweeps = (runsFolder: string): SweepRow[] =>
  listSweeps(runsFolder).map((name) => {
    const { order } = readSweepRecord(runsFolder, name);
    return { name, ...count(runsOf(runsFolder, order)) };
  });

export function viewSweep(runsFolder: string, name: string): SweepDetail {
  const record = readSweepRecord(runsFolder, name);
  const runs = runsOf(runsFolder, record.order);
  return { name, ...count(runs), tables: [], runs, latex: "", csv: "" };
}
