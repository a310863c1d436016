export { columnNames, resolveColumn } from "./report/columns.js";
export {
  formatCell,
  formatTable,
  formatValue,
  TABLE_FORMATS,
  type TableFormat,
} from "./report/format-table.js";
export { sweepTables } from "./report/sweep-tables.js";
export { type Cell, type FilledTable, fillTable, type TableRow } from "./report/table.js";
export * from "./schema/index.js";
export { ClaimedError, readClaim } from "./store/claim.js";
export { DiskFullError } from "./store/disk-error.js";
export { canonicalJson, runId, type StageIdentity, slugify } from "./store/identity.js";
export { gitRevision } from "./store/provenance.js";
export * from "./store/read-run.js";
export { createRunFolder, type MediaItem, markRunFailed, RunFolder } from "./store/run-folder.js";
export * from "./store/sweep-store.js";
