import { join } from "node:path";
import {
  formatTable,
  listSweeps,
  type PlannedStage,
  parseOverrides,
  planSweep,
  readFailure,
  readProgress,
  readRunConfig,
  readRunStatus,
  readSweepFile,
  readSweepRecord,
  type SweepRecord,
  sweepTables,
  writeReport,
  writeSweepRecord,
} from "@fqgan/experiment";
import { startEngine } from "@fqgan/tensor";
import { EXIT } from "../exit-codes.js";
import { formatDuration } from "../output/format.js";
import { createStyle } from "../output/style.js";
import type { Globals } from "../program.js";

import { type RunningOptions, runWithProgress } from "./run-stages.js";

interface SweepRunOptions extends RunningOptions {
  readonly set?: readonly string[];
  readonly variant?: string;
  readonly quick?: boolean;
  readonly dryRun: boolean;
}

export async function sweepRun(
  globals: Globals,
  path: string,
  options: SweepRunOptions,
): Promise<number> {
  const file = readSweepFile(path);
  const variant = options.variant ?? (options.quick ? "quick" : undefined);
  const set = options.set ?? [];
  const command = [
    `fqgan sweep run ${path}`,
    ...(variant ? [`--variant ${variant}`] : []),
    ...set.map((assignment) => `--set '${assignment}'`),
  ].join(" ");
  const plan = planSweep(file, {
    command,
    overrides: parseOverrides(set),
    ...(variant !== undefined && { variant }),
  });
  if (options.dryRun) return dryRun(globals, plan);
  writeSweepRecord(globals.runs, plan.record);
  return runRecorded(globals, { ...plan, options });
}

export async function sweepResume(
  globals: Globals,
  name: string,
  options: RunningOptions,
): Promise<number> {
  const record = readSweepRecord(globals.runs, name);
  const stages = record.order.map((id): PlannedStage => readRunConfig(join(globals.runs, id)));
  return runRecorded(globals, { record, stages, options });
}

async function runRecorded(
  globals: Globals,
  sweep: { record: SweepRecord; stages: readonly PlannedStage[]; options: RunningOptions },
): Promise<number> {
  const { record, stages, options } = sweep;
  if (!globals.quiet) await printHeader(record);
  const { outcome, code } = await runWithProgress(globals, stages, options);
  if (code === EXIT.stopped) return code;
  const tables = sweepTables(globals.runs, record);
  const report = outcome.done.length > 0 ? writeReport(globals.runs, record) : undefined;
  if (globals.json) {
    process.stdout.write(
      `${JSON.stringify({ sweep: record.name, exitCode: code, tables, report, failed: outcome.failed.map(({ stage, outcome: how }) => ({ id: stage.id, label: stage.label, ...how })) }, null, 2)}\n`,
    );
    return code;
  }
  for (const table of tables) process.stdout.write(`\n${formatTable(table, "text")}\n`);
  if (!globals.quiet && report) printNext(globals, { record, report });
  return code;
}

/** "fqgan ablation · emoji 32×32 · engine: …" */
async function printHeader(record: SweepRecord): Promise<void> {
  const { bold, dim } = createStyle(process.stderr);
  const { name, lowering, threads } = await startEngine();
  const words = [
    ...(record.tables[0]?.facts.slice(0, 1) ?? []),
    `engine: ${name}, ${lowering}, ${threads} threads`,
  ];
  process.stderr.write(`${bold(`fqgan ${record.name}`)} ${dim(`· ${words.join(" · ")}`)}\n`);
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

function dryRun(globals: Globals, plan: ReturnType<typeof planSweep>): number {
  const rows = plan.stages.map(({ id, kind, label }) => ({
    id,
    kind,
    label,
    status: readRunStatus(join(globals.runs, id)),
  }));
  if (globals.json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
  else
    for (const { id, label, status } of rows)
      process.stdout.write(`${status.padEnd(11)} ${label.padEnd(34)} ${id}\n`);
  return EXIT.done;
}

export async function sweepStatus(globals: Globals, name: string | undefined): Promise<number> {
  const names = name === undefined ? listSweeps(globals.runs) : [name];
  const sweeps = names.map((one) => {
    const record = readSweepRecord(globals.runs, one);
    const stages = record.order.map((id) => stageStatus(join(globals.runs, id)));
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
    if (name !== undefined)
      for (const { label, status, detail, id } of sweep.stages)
        process.stdout.write(`  ${status.padEnd(11)} ${label.padEnd(34)} ${detail} ${dim(id)}\n`);
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
