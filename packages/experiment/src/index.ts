export { type Experiment, experimentSchema, resolveExperiment } from "./config/experiment.js";
export { type ExperimentPreset, experimentPresets } from "./config/presets.js";
export { type ScheduleStrategy, schedules } from "./config/schedules.js";
export type { Executor, StageOutcome, StageUpdate } from "./executor/executor.js";
export { localProcesses } from "./executor/local-processes.js";
export { STAGE_EXIT } from "./executor/messages.js";
export { stageProcess } from "./executor/stage-process.js";
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
export { writeReport } from "./report/write-report.js";
export * from "./schema/index.js";
export { composePatches, type DataRecord, expandPaths } from "./schema/merge.js";
export { type CodesFile, type CodesSplit, decodeCodes, encodeCodes } from "./stages/codes-file.js";
export { loadRunTokenizer } from "./stages/codes-stage.js";
export { evaluateTokenizer } from "./stages/evaluate-tokenizer.js";
export { loadJudge } from "./stages/judge.js";
export { type RunStageOptions, runStage } from "./stages/run-stage.js";
export { scoresOf } from "./stages/scores.js";
export { ClaimedError, readClaim } from "./store/claim.js";
export { DiskFullError } from "./store/disk-error.js";
export { type FoundRun, findRun } from "./store/find-run.js";
export { canonicalJson, runId, type StageIdentity, slugify } from "./store/identity.js";
export { gitRevision, installedVersions } from "./store/provenance.js";
export * from "./store/read-run.js";
export { createRunFolder, type MediaItem, markRunFailed, RunFolder } from "./store/run-folder.js";
export * from "./store/sweep-store.js";
export { expandSweep, type GridPoint } from "./sweep/expand.js";
export { parseOverrides } from "./sweep/overrides.js";
export {
  type PlannedStage,
  planExperiment,
  planGenerator,
  planSweep,
  type SweepPlan,
} from "./sweep/plan.js";
export {
  createRuns,
  runStages,
  runSweep,
  type SweepOutcome,
  type SweepUpdate,
} from "./sweep/run-sweep.js";
export { readSweepFile, type SweepFile, sweepFileSchema } from "./sweep/sweep-file.js";
