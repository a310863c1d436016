import { join } from "node:path";
import {
  contrastsGrid,
  type FilledTable,
  fillContrasts,
  fillPlots,
  formatContrasts,
  formatTable,
  inSmallestEffects,
  listSweeps,
  markedCaption,
  readSweepRecord,
  type SummaryLookup,
  type SweepRecord,
  summariesOf,
  sweepTables,
  tableGrid,
} from "@fqgan/experiment";
import type { RunRow, SweepContrasts, SweepDetail, SweepRow, SweepTable } from "./api-types.js";
import { pathBelow } from "./path-below.js";
import { viewRun } from "./run-view.js";

function count(runs: readonly RunRow[]) {
  const having = (status: RunRow["status"]) => runs.filter((run) => run.status === status).length;
  return { done: having("done"), failed: having("failed"), total: runs.length };
}

const runsOf = (runsFolder: string, order: readonly string[]) =>
  order.map((id) => viewRun(join(runsFolder, id)));

/** Sweeps that lie in the folder themselves. */
export const sweepNames = (runsFolder: string): string[] =>
  listSweeps(runsFolder).filter((name) => pathBelow(join(runsFolder, "sweeps"), name));

/** Every sweep; one whose record can't be read is a row that says why. */
export const viewSweeps = (runsFolder: string): SweepRow[] =>
  sweepNames(runsFolder).map((name) => {
    try {
      const { order } = readSweepRecord(runsFolder, name);
      return { name, ...count(runsOf(runsFolder, order)) };
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      return { name, done: 0, failed: 0, total: 0, problem };
    }
  });

export function viewSweep(runsFolder: string, name: string): SweepDetail {
  const record = readSweepRecord(runsFolder, name);
  const runs = runsOf(runsFolder, record.order);
  const tables = sweepTables(runsFolder, record).map(viewTable);
  const summaryOf = summariesOf(runsFolder);
  const contrasts = viewContrasts(record, summaryOf);
  const plots = fillPlots(record, summaryOf);
  const resume = `npx fqgan sweep resume ${name}`;
  return { name, ...count(runs), resume, tables, ...(contrasts && { contrasts }), plots, runs };
}

/** Undefined for a sweep that set out to show nothing. */
function viewContrasts(record: SweepRecord, summaryOf: SummaryLookup): SweepContrasts | undefined {
  const filled = fillContrasts(record, summaryOf);
  if (filled.length === 0) return undefined;
  const { caption, head, rows } = contrastsGrid(record, filled);
  return {
    caption,
    head,
    rows: filled.map((one, i) => {
      const effect = inSmallestEffects(one);
      return {
        label: rows[i]!.label,
        claim: one.contrast.claim,
        cells: rows[i]!.cells.map(({ text }) => text),
        verdict: one.verdict,
        ...(effect && { effect }),
      };
    }),
    latex: formatContrasts(record, filled, "latex"),
    csv: formatContrasts(record, filled, "csv"),
  };
}

function viewTable(table: FilledTable): SweepTable {
  const { name, title, columns, rows } = table;
  const grid = tableGrid(table);
  return {
    name,
    title,
    caption: markedCaption(grid),
    columns: columns.map((column) => ({
      title: column.title,
      ...(column.goal && { goal: column.goal }),
    })),
    rows: rows.map(({ label, stages, cells }, r) => {
      const run = Object.values(stages[0] ?? {}).at(-1);
      return {
        label,
        ...(run !== undefined && { run }),
        cells: cells.map((cell, i) => ({
          ...grid.rows[r]!.cells[i]!,
          ...(Number.isFinite(cell?.mean) && { value: cell!.mean }),
        })),
      };
    }),
    latex: formatTable(table, "latex"),
    csv: formatTable(table, "csv"),
  };
}
