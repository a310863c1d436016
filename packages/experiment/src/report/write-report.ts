import { join } from "node:path";
import type { SweepRecord } from "../schema/sweep-format.js";
import { writeFileAtomic } from "../store/atomic-file.js";
import { sweepFolder } from "../store/sweep-store.js";
import { fillContrasts } from "./contrasts.js";
import { plotFigures } from "./figures/plots.js";
import type { ReportFigure } from "./figures/report-figure.js";
import { quickFigures } from "./figures/write-figures.js";
import { reportPage } from "./html/page.js";
import { summariesOf, sweepTables } from "./sweep-tables.js";
import type { SummaryLookup } from "./table.js";

/** Writes `report.html` beside a sweep's record. */
export function writeReport(
  runsFolder: string,
  record: SweepRecord,
  options: {
    /** Numbers of runs whose folders are gone. */
    readonly kept?: SummaryLookup | undefined;
    /** Figures, where they have been drawn already. */
    readonly drawings?: readonly ReportFigure[] | undefined;
  } = {},
): { readonly path: string; readonly pictures: number } {
  const summaryOf = summariesOf(runsFolder, options.kept);
  const { html, pictures } = reportPage(runsFolder, record, {
    tables: sweepTables(runsFolder, record, options.kept),
    contrasts: fillContrasts(record, summaryOf),
    drawings: [
      ...plotFigures(record, summaryOf),
      ...(options.drawings ?? quickFigures(runsFolder, record)),
    ],
  });
  const path = join(sweepFolder(runsFolder, record.name), "report.html");
  writeFileAtomic(path, html, { durable: false });
  return { path, pictures };
}
