export { type ConfigKey, configKeys } from "./config/config-keys.js";
export { type Experiment, experimentSchema, resolveExperiment } from "./config/experiment.js";
export { type ExperimentPreset, experimentPresets } from "./config/presets.js";
export { type ScheduleStrategy, schedules } from "./config/schedules.js";
export type { GeneratorStageConfig } from "./config/stage-configs.js";
export * from "./evaluation/index.js";
export type {
  Admission,
  ExecuteOptions,
  Executor,
  StageOutcome,
  StageUpdate,
} from "./executor/executor.js";
export {
  type ExecutorSetting,
  type ExecutorStrategy,
  executors,
  parseExecutor,
} from "./executor/executors.js";
export { localProcesses } from "./executor/local-processes.js";
export { STAGE_EXIT } from "./executor/messages.js";
export { cancelWaitingTasks } from "./executor/slurm/cancel.js";
export { type SlurmOptions, slurmSchema } from "./executor/slurm/options.js";
export { slurmArrays } from "./executor/slurm/slurm-arrays.js";
export { stageProcess } from "./executor/stage-process.js";
export { type FactorCodes, type FactorVectors, factorCodes } from "./factors/factor-codes.js";
export { type SquaredCosines, squaredCosines } from "./factors/squared-cosines.js";
export { CodeCompressor } from "./frontier/code-compressor.js";
export { type FrontierOptions, frontierTable } from "./frontier/frontier.js";
export { diagnoseRun } from "./health/diagnose-run.js";
export { diagnoseTokenizer, type TokenizerDiagnosis } from "./health/diagnose-tokenizer.js";
export type { CodebookDiagnosis, DiagnosedFinding, FindingSource } from "./health/diagnosis.js";
export {
  type CachedLatents,
  type CachedLatentsOptions,
  cachedLatents,
} from "./lab/cached-latents.js";
export { parseContender } from "./lab/parse-contender.js";
export { columnNames, resolveColumn } from "./report/columns.js";
export {
  contrastsGrid,
  type FilledContrast,
  fillContrasts,
  formatContrasts,
  inSmallestEffects,
  type Verdict,
} from "./report/contrasts.js";
export { type Differences, differencesFrom, formatDifferences } from "./report/differences.js";
export { contrastsFigure } from "./report/figures/contrasts-figure.js";
export type { PlotLine, PlotPoint } from "./report/figures/line-plot.js";
export { type FilledPlot, fillPlots, plotFigures } from "./report/figures/plots.js";
export type { ReportFigure } from "./report/figures/report-figure.js";
export { writeFigures } from "./report/figures/write-figures.js";
export {
  formatTable,
  formatValue,
  markedCaption,
  TABLE_FORMATS,
  type TableFormat,
  tableGrid,
} from "./report/format-table.js";
export { type PaperTable, paperTable, paperTableNames } from "./report/paper/paper-tables.js";
export { withPaper } from "./report/paper/with-paper.js";
export {
  holm,
  type PairedDifference,
  pairedDifference,
  pairedP,
} from "./report/statistics.js";
export { summariesOf, sweepTables } from "./report/sweep-tables.js";
export {
  type Cell,
  type FilledTable,
  fillTable,
  type SummaryLookup,
  type TableRow,
} from "./report/table.js";
export { writeReport } from "./report/write-report.js";
export * from "./schema/index.js";
export { composePatches, type DataRecord, expandPaths } from "./schema/merge.js";
export {
  type CodesFile,
  type CodesHeader,
  type CodesShard,
  type CodesSplit,
  codesBatch,
  codesInParts,
  encodeShard,
  readCodes,
  readCodesHeader,
} from "./stages/codes-file.js";
export { loadRunTokenizer, modelFile } from "./stages/codes-stage.js";
export { evaluateTokenizer } from "./stages/evaluate-tokenizer.js";
export {
  type FinishedGenerator,
  generatorData,
  openGenerator,
  requireCodes,
} from "./stages/finished-generator.js";
export { type ImportedGenerator, writeImportedGenerator } from "./stages/imported-generator.js";
export { sha256OfFile } from "./stages/initial-weights.js";
export { loadJudge } from "./stages/judge.js";
export { judgeClasses } from "./stages/judge-classes.js";
export { judgeSamples } from "./stages/judge-samples.js";
export {
  readTaught,
  type TeachingNetwork,
  teacherWarnings,
  warnOfTeachers,
} from "./stages/networks-that-taught.js";
export { type PrecisionLoss, precisionLosses } from "./stages/precision-loss.js";
export { type RunStageOptions, runStage } from "./stages/run-stage.js";
export { Samples, toPictures, type Unfolding } from "./stages/samples.js";
export { scoresOf } from "./stages/scores.js";
export { readTokenRecord, TOKEN_IMAGES, type TokenRecord } from "./stages/token-record.js";
export { ClaimedError, readClaim } from "./store/claim.js";
export { DiskFullError } from "./store/disk-error.js";
export { type FoundRun, findRun, findStartedRun, NEWEST } from "./store/find-run.js";
export { findRunFolders, type RunInSweep } from "./store/find-runs.js";
export { canonicalJson, runId, type StageIdentity, slugify } from "./store/identity.js";
export { gitRevision, installedVersions } from "./store/provenance.js";
export * from "./store/read-run.js";
export { createRunFolder, type MediaItem, markRunFailed, RunFolder } from "./store/run-folder.js";
export { RUN_LOG, type RunLogTail, readRunLog } from "./store/run-log.js";
export { clearStopRequest, isStopRequested, requestStop } from "./store/stop-request.js";
export * from "./store/sweep-store.js";
export { savedRun, stagesLeft } from "./summaries/saved-run.js";
export {
  readKeptSummaries,
  readSummaries,
  type SavedRun,
  type Summaries,
  writeSummaries,
} from "./summaries/summaries-file.js";
export { Asha, type AshaOptions, ashaSchema } from "./sweep/asha.js";
export { expandSweep, type GridPoint } from "./sweep/expand.js";
export { parseOverrides } from "./sweep/overrides.js";
export { type PastRuns, readPastRuns } from "./sweep/past-runs.js";
export {
  type PlannedStage,
  planCodes,
  planExperiment,
  planGenerator,
  planSweep,
  type SweepPlan,
} from "./sweep/plan.js";
export { mayRetry, NO_RETRY, type RetryPolicy, retrySchema } from "./sweep/retry.js";
export {
  createRuns,
  type RunStagesOptions,
  runStages,
  type SweepOutcome,
  type SweepUpdate,
} from "./sweep/run-stages.js";
export { runSweep } from "./sweep/run-sweep.js";
export {
  nextSamples,
  observe,
  type Search,
  sampleLabel,
  searchIdentity,
  searchSchema,
  withSamples,
} from "./sweep/search/search.js";
export type { Sample } from "./sweep/search/space.js";
export { type SearchStrategy, searches } from "./sweep/search/strategies.js";
export {
  defineSweep,
  loadSweepFile,
  readSweepFile,
  type SweepFile,
  type SweepFileInput,
  sweepFileSchema,
} from "./sweep/sweep-file.js";
export { runSource, type TrackedAs } from "./track/run-source.js";
export { folderLedger, type Tracker, wandbRun, wandbTracker } from "./track/tracker.js";
export { Rate } from "./train/rate.js";
