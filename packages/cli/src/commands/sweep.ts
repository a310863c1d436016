import { existsSync } from "node:fs";
import { join } from "node:path";
import { type DatasetConfig, loadDataset } from "@fqgan/data";
import {
  cancelWaitingTasks,
  canonicalJson,
  fillContrasts,
  formatContrasts,
  formatTable,
  listSweeps,
  loadSweepFile,
  nextSamples,
  observe,
  type PlannedStage,
  parseOverrides,
  planSweep,
  readFailure,
  readPastRuns,
  readProgress,
  readRunConfig,
  readRunStatus,
  readSweepRecord,
  requestStop,
  type Sample,
  type Search,
  type SweepFile,
  type SweepPlan,
  type SweepRecord,
  searchIdentity,
  summariesOf,
  sweepFolder,
  sweepTables,
  withSamples,
  writeReport,
  writeSweepRecord,
} from "@fqgan/experiment";
import { UserError } from "@fqgan/registry";
import { startEngine } from "@fqgan/tensor";
import { EXIT } from "../exit-codes.js";
import { formatDuration } from "../output/format.js";
import { createStyle } from "../output/style.js";
import type { Globals } from "../program.js";

import { KeptSummaries } from "./kept-summaries.js";
import {
  executorName,
  type RunningConfig,
  type RunningOptions,
  runWithProgress,
  stagesAtOnce,
} from "./run-stages.js";

interface SweepRunOptions extends RunningOptions {
  readonly set?: readonly string[];
  readonly variant?: string;
  readonly quick?: boolean;
  readonly dryRun: boolean;
  /** A file that keeps the numbers of what is done. */
  readonly summaries?: string;
}

export async function sweepRun(
  globals: Globals,
  path: string,
  options: SweepRunOptions,
): Promise<number> {
  const file = await loadSweepFile(path);
  const variant = options.variant ?? (options.quick ? "quick" : undefined);
  const set = options.set ?? [];
  const command = [
    `fqgan sweep run ${path}`,
    ...(variant ? [`--variant ${variant}`] : []),
    ...set.map((assignment) => `--set '${assignment}'`),
  ].join(" ");
  const plan = (of: SweepFile) =>
    planSweep(of, {
      command,
      overrides: parseOverrides(set),
      ...(variant !== undefined && { variant }),
    });
  if (file.search) {
    if (options.summaries !== undefined)
      throw new UserError(
        "--summaries: expected a sweep without a search, whose next samples depend on run folders; leave it out",
      );
    return searchRounds(globals, { file, search: file.search, plan, options });
  }
  const planned = plan(file);
  const kept = KeptSummaries.open(options.summaries, planned.record);
  const left = { ...planned, stages: kept?.left(planned.stages) ?? planned.stages };
  if (options.dryRun) return dryRun(globals, left, options);
  kept?.refresh();
  writeSweepRecord(globals.runs, planned.record);
  return runRecorded(globals, { ...left, options, ...(kept && { kept }) });
}

export async function sweepResume(
  globals: Globals,
  name: string,
  options: RunningOptions,
): Promise<number> {
  const record = readSweepRecord(globals.runs, name);
  const search = record.running?.search as Search | undefined;
  if (search && (record.samples?.length ?? 0) < search.samples)
    throw new UserError(
      `${name}: expected a sweep whose points are all known, got a search, whose file says what comes next; ` +
        `go on with: ${record.command}`,
    );
  const here = record.order.filter((id) => hasRun(globals.runs, id));
  const elsewhere = record.order.length - here.length;
  if (elsewhere > 0 && !globals.quiet)
    process.stderr.write(`${elsewhere} runs have no folder in ${globals.runs} and are left out\n`);
  const stages = here.map((id): PlannedStage => readRunConfig(join(globals.runs, id)));
  return runRecorded(globals, { record, stages, options });
}

/** Runs a search round by round: what is proposed next depends on what has been found. */
async function searchRounds(
  globals: Globals,
  given: {
    readonly file: SweepFile;
    readonly search: Search;
    readonly plan: (file: SweepFile) => SweepPlan;
    readonly options: SweepRunOptions;
  },
): Promise<number> {
  const { file, search, plan, options } = given;
  const round = stagesAtOnce(options, file);
  const first = plan(withSamples(file, nextSamples(search, { samples: [], observed: [], round })));
  let samples: Sample[] = recordedSamples(globals, { name: first.record.name, search });
  let worst: number = EXIT.done;
  for (let rounds = 0; ; rounds++) {
    const known = samples.length > 0 ? plan(withSamples(file, samples)).record : undefined;
    const observed = known ? observe(globals.runs, { record: known, search, samples }) : [];
    const more = nextSamples(search, { samples, observed, round });
    samples = [...samples, ...more];
    const planned = plan(withSamples(file, samples));
    const record = { ...planned.record, samples: samples.map((sample) => ({ ...sample })) };
    if (options.dryRun) return dryRun(globals, planned, options);
    writeSweepRecord(globals.runs, record);
    const isLast = samples.length >= search.samples;
    // What failed in a round before would fail again; what an earlier command left is tried again.
    const stages = rounds === 0 ? planned.stages : withoutFailed(globals.runs, planned.stages);
    const code = await runRecorded(globals, { record, stages, options, quietEnd: !isLast });
    if (code === EXIT.stopped) return code;
    if (code !== EXIT.done) worst = code;
    if (isLast) return worst;
  }
}

/** Stages that have not failed, and none of whose inputs has. */
function withoutFailed(runs: string, stages: readonly PlannedStage[]): PlannedStage[] {
  const failed = new Set<string>();
  return stages.filter(({ id, inputs }) => {
    const isFailed =
      readRunStatus(join(runs, id)) === "failed" ||
      Object.values(inputs).some((input) => failed.has(input));
    if (isFailed) failed.add(id);
    return !isFailed;
  });
}

/** Whether a run's folder is there; numbers of others may be in a file of summaries. */
const hasRun = (runs: string, id: string): boolean => existsSync(join(runs, id, "config.json"));

/** What an interrupted search of the same kind has drawn already. */
function recordedSamples(
  { runs }: Globals,
  { name, search }: { name: string; search: Search },
): Sample[] {
  if (!listSweeps(runs).includes(name)) return [];
  const { samples = [], running } = readSweepRecord(runs, name);
  const before = running?.search as Search | undefined;
  return before && searchIdentity(before) === searchIdentity(search) ? samples : [];
}

async function runRecorded(
  globals: Globals,
  sweep: {
    readonly record: SweepRecord;
    readonly stages: readonly PlannedStage[];
    readonly options: RunningOptions;
    /** More is to come: no tables yet. */
    readonly quietEnd?: boolean;
    readonly kept?: KeptSummaries;
  },
): Promise<number> {
  const { record, stages, options, kept, quietEnd = false } = sweep;
  if (!globals.quiet) await printHeader({ record, stages, options });
  const running: RunningConfig = {
    ...record.running,
    group: record.name,
    folder: sweepFolder(globals.runs, record.name),
  };
  const { outcome, code } = await runWithProgress(globals, stages, {
    ...options,
    running,
    ...(kept && { onDone: ({ id }) => kept.keep(globals.runs, id) }),
  });
  if (code === EXIT.stopped || quietEnd) return code;
  const tables = sweepTables(globals.runs, record, kept?.lookup);
  const report =
    outcome.done.length > 0 ? writeReport(globals.runs, record, { kept: kept?.lookup }) : undefined;
  if (globals.json) {
    process.stdout.write(
      `${JSON.stringify({ sweep: record.name, exitCode: code, tables, report, failed: outcome.failed.map(({ stage, outcome: how }) => ({ id: stage.id, label: stage.label, ...how })) }, null, 2)}\n`,
    );
    return code;
  }
  for (const table of tables) process.stdout.write(`\n${formatTable(table, "text")}\n`);
  if (record.contrasts) {
    const filled = fillContrasts(record, summariesOf(globals.runs, kept?.lookup));
    process.stdout.write(`\n${formatContrasts(record, filled, "text")}\n`);
  }
  if (!globals.quiet && report) printNext(globals, { record, report });
  return code;
}

/** "fqgan ablation · emoji 32×32 · 1,301 train / 148 validation / 383 test · engine: …" */
async function printHeader(sweep: {
  readonly record: SweepRecord;
  readonly stages: readonly PlannedStage[];
  readonly options: RunningOptions;
}): Promise<void> {
  const { record, stages, options } = sweep;
  const { bold, dim } = createStyle(process.stderr);
  const executor = executorName(options, record.running ?? {});
  const counts = await splitCounts(stages);
  const words = [
    ...(record.tables[0]?.facts.slice(0, 1) ?? []),
    ...(counts ? [counts] : []),
    // Of tasks elsewhere: what this machine has says nothing, and it may lack what they have.
    executor === "local" ? `engine: ${await engineWords()}` : `on ${executor}`,
  ];
  process.stderr.write(`${bold(`fqgan ${record.name}`)} ${dim(`· ${words.join(" · ")}`)}\n`);
}

async function engineWords(): Promise<string> {
  const { name, lowering, threads } = await startEngine();
  return `${name}, ${lowering}, ${threads} threads`;
}

/** The sizes of the splits where all stages use one data set; a data set that can't be read fails here. */
async function splitCounts(stages: readonly PlannedStage[]): Promise<string | undefined> {
  const configs = new Map(
    stages.flatMap(({ config }) => {
      const { data } = config as { data?: DatasetConfig };
      return data ? [[canonicalJson(data), data] as const] : [];
    }),
  );
  const [only] = configs.values();
  if (!only || configs.size > 1) return undefined;
  const dataset = await loadDataset(only);
  const counts = Object.values(dataset.splits).map(
    (split) => `${split.count.toLocaleString("en")} ${split.name}`,
  );
  await dataset.close();
  return counts.join(" / ");
}

/** What to look at and do now. */
function printNext(
  { runs }: Globals,
  { record, report }: { record: SweepRecord; report: { path: string; pictures: number } },
): void {
  const { bold } = createStyle(process.stderr);
  const last = record.points.at(-1)?.stages.tokenizer;
  const best = record.points.find(({ stages }) => stages.tokenizer === last);
  const folder = runs === "runs" ? "" : ` --runs ${runs}`;
  const lines = [
    ["report", `${report.path}  (${report.pictures} pictures, ${record.tables.length} tables)`],
    ["look", `npx fqgan${folder} dashboard`],
    ...(best
      ? [
          [
            "next",
            `npx fqgan${folder} reconstruct your-photo.jpg --from ${record.name}/${best.slug}`,
          ],
        ]
      : []),
  ];
  process.stderr.write(
    `\n${lines.map(([word, rest]) => `${bold(word!.padEnd(8))} ${rest}`).join("\n")}\n`,
  );
}

const widestLabel = (stages: readonly { readonly label: string }[]) =>
  Math.max(...stages.map(({ label }) => label.length));

function dryRun(globals: Globals, plan: SweepPlan, { parallel = 1 }: RunningOptions): number {
  const past = readPastRuns(globals.runs);
  const rows = plan.stages.map((stage) => {
    const { id, kind, label } = stage;
    const status = readRunStatus(join(globals.runs, id));
    const seconds = status === "done" ? 0 : past.seconds(stage);
    return { id, kind, label, status, ...(seconds !== undefined && { seconds }) };
  });
  if (globals.json) {
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
    return EXIT.done;
  }
  const width = widestLabel(rows);
  for (const { id, label, status, seconds } of rows) {
    const time = seconds ? `about ${formatDuration(seconds)}` : "";
    process.stdout.write(`${status.padEnd(11)} ${label.padEnd(width)} ${time.padEnd(20)} ${id}\n`);
  }
  const left = rows.filter(({ status }) => status !== "done");
  const known = left.filter(({ seconds }) => seconds !== undefined);
  const total = known.reduce((sum, { seconds = 0 }) => sum + seconds, 0) / parallel;
  const unknown = left.length - known.length;
  const words = [
    `${left.length} of ${rows.length} stages to run`,
    ...(known.length > 0 ? [`about ${formatDuration(total)} by what past runs took`] : []),
    ...(unknown > 0 ? [`${unknown} that no past run tells of`] : []),
  ];
  process.stdout.write(`${words.join(", ")}\n`);
  return EXIT.done;
}

/** Asks what runs of a sweep to save and end, wherever it runs. */
export async function sweepStop(globals: Globals, name: string): Promise<number> {
  const { order } = readSweepRecord(globals.runs, name);
  const running = order.filter((id) => readRunStatus(join(globals.runs, id)) === "running");
  // The program that runs the sweep, if there is one, starts nothing more.
  requestStop(sweepFolder(globals.runs, name), "fqgan sweep stop");
  for (const id of running) requestStop(join(globals.runs, id), "fqgan sweep stop");
  const cancelled = await cancelWaitingTasks(globals.runs, order);
  process.stdout.write(
    globals.json
      ? `${JSON.stringify({ stopping: running, cancelled })}\n`
      : `${running.length} runs asked to save and end, ${cancelled} waiting tasks cancelled\n`,
  );
  return EXIT.done;
}

export async function sweepStatus(globals: Globals, name: string | undefined): Promise<number> {
  const names = name === undefined ? listSweeps(globals.runs) : [name];
  const sweeps = names.map((one) => {
    const record = readSweepRecord(globals.runs, one);
    const stages = record.order.map((id) =>
      hasRun(globals.runs, id)
        ? stageStatus(join(globals.runs, id))
        : { id, label: "", status: "elsewhere", detail: "no folder here" },
    );
    return { name: one, command: record.command, stages };
  });
  if (globals.json) {
    process.stdout.write(`${JSON.stringify(sweeps, null, 2)}\n`);
    return EXIT.done;
  }
  if (sweeps.length === 0)
    process.stdout.write(`no sweeps in ${globals.runs}; \`fqgan sweep run <file>\` makes one\n`);
  const { bold, dim } = createStyle(process.stdout);
  for (const sweep of sweeps) {
    const done = sweep.stages.filter(({ status }) => status === "done").length;
    process.stdout.write(`${bold(sweep.name)}  ${done} of ${sweep.stages.length} done\n`);
    const width = widestLabel(sweep.stages);
    if (name !== undefined)
      for (const { label, status, detail, id } of sweep.stages)
        process.stdout.write(
          `  ${status.padEnd(11)} ${label.padEnd(width)} ${detail} ${dim(id)}\n`,
        );
    if (done < sweep.stages.length) process.stdout.write(dim(`  go on: ${sweep.command}\n`));
  }
  return EXIT.done;
}

function stageStatus(folder: string) {
  const { id, label } = readRunConfig(folder);
  const status = readRunStatus(folder);
  const progress = status === "running" ? readProgress(folder) : undefined;
  const failure = status === "failed" ? readFailure(folder) : undefined;
  const left =
    progress?.secondsLeft == null ? "" : `, left ${formatDuration(progress.secondsLeft)}`;
  const detail = progress
    ? `${progress.phase} ${progress.step}/${progress.total}${left}`
    : failure
      ? `${failure.reason}: ${failure.message}`
      : "";
  return { id, label, status, detail };
}
